namespace Orchestrator.Providers;

/// <summary>What one vendor's API needs of the shared HTTP code: how requests are made, and what answers and errors mean.
/// Thread-safe.</summary>
internal abstract class VendorApi(ProviderInfo info)
{
    /// <summary>Who is asked.</summary>
    public ProviderInfo Info { get; } = info;

    /// <summary>How the vendor frames a stream.</summary>
    public abstract StreamFraming Framing { get; }

    /// <summary>Whether a stream that is no <c>text/event-stream</c> is an error rather than a whole answer.</summary>
    public virtual bool RequiresEventStream => false;

    /// <summary>Whether one unreadable event ends a stream.</summary>
    public bool ThrowsOnMalformedEvent { get; protected init; }

    /// <summary>The request as the vendor wants it, but for credentials: address, headers, body. Throws <see cref="LlmException"/> for what
    /// the vendor cannot do; whatever else it throws is the request's fault.</summary>
    public abstract HttpRequestMessage CreateRequest(LlmRequest request);

    /// <summary>Adds credentials that have to be fetched.</summary>
    public virtual ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken) => default;

    /// <summary>Whether a failed answer is worth one more try with other credentials; the vendor renews them here.</summary>
    /// <param name="refused">The request, with the credentials that were refused.</param>
    /// <param name="error">What the server said.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public virtual ValueTask<bool> RenewCredentialsAsync(
        HttpRequestMessage refused, LlmException error, CancellationToken cancellationToken) => new(false);

    /// <summary>Looks at each response before it is read.</summary>
    public virtual void Notice(HttpResponseMessage response)
    {
    }

    /// <summary>A reader for one answer.</summary>
    public abstract AnswerReader NewReader(LlmRequest request);

    /// <summary>The kind of an error by what the vendor says; null leaves it to the status.</summary>
    public virtual LlmErrorKind? KindOf(int status, ServerError error) => ErrorTable.KindOf(status, error);

    /// <summary>What to do about an error the server reports, in a sentence; null when its own words say enough.</summary>
    public virtual string? AdviceFor(LlmErrorKind kind, int status, ServerError said) => null;

    /// <summary>What to do about a certificate that is not trusted, in a sentence; null for the usual.</summary>
    public virtual string? CertificateAdvice => null;

    /// <summary>How long to wait when no header says so but the error's words do; null for nothing known.</summary>
    public virtual TimeSpan? WaitAfter(LlmErrorKind kind, ServerError said) => null;

    /// <summary>The vendor's id of the request; null when it gives none.</summary>
    public virtual string? RequestIdOf(HttpResponseMessage response) => HeaderOf(response, "x-request-id");

    /// <summary>Everything that is sent and must never be shown: keys, tokens, headers of the user's own.</summary>
    public virtual IEnumerable<string> Secrets() => Secret is { Length: > 0 } secret ? [secret] : [];

    /// <summary>The finding without secrets in the server's words.</summary>
    public ProviderDiagnosis Cleaned(ProviderDiagnosis found) => found with { Message = PromptEcho.Cut(found.Message, null, Secrets())! };

    /// <summary>The key that is sent, to be kept out of texts the server may echo it in.</summary>
    protected string? Secret { get; init; }

    protected static string? HeaderOf(HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : null;
}
