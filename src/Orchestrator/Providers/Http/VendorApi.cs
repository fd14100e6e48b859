namespace Orchestrator.Providers;

/// <summary>What the shared HTTP code asks of one vendor's API: how requests are made, and what answers and errors mean.
/// Thread-safe.</summary>
internal abstract class VendorApi(ProviderInfo info)
{
    /// <summary>The provider.</summary>
    public ProviderInfo Info { get; } = info;

    /// <summary>How the vendor frames a stream.</summary>
    public abstract StreamFraming Framing { get; }

    /// <summary>Whether a stream that is no <c>text/event-stream</c> is an error rather than a whole answer.</summary>
    public virtual bool RequiresEventStream => false;

    /// <summary>Whether one unreadable event ends a stream.</summary>
    public bool ThrowsOnMalformedEvent { get; protected init; }

    /// <summary>The vendor's request without credentials: address, headers, body. Throws <see cref="LlmException"/> for options that the
    /// vendor does not support; any other exception counts as a fault of the request.</summary>
    public abstract HttpRequestMessage CreateRequest(LlmRequest request);

    /// <summary>Adds credentials that have to be fetched.</summary>
    public virtual ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken) => default;

    /// <summary>Renews the credentials after a failure; false when another try is not worthwhile.</summary>
    /// <param name="refused">The request, with the credentials that were refused.</param>
    /// <param name="error">The server's error.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public virtual ValueTask<bool> RenewCredentialsAsync(
        HttpRequestMessage refused, LlmException error, CancellationToken cancellationToken) => new(false);

    /// <summary>Inspects each response before it is read.</summary>
    public virtual void Notice(HttpResponseMessage response)
    {
    }

    /// <summary>A reader for one answer.</summary>
    public abstract AnswerReader NewReader(LlmRequest request);

    /// <summary>The kind of a vendor's error; null to go by the status.</summary>
    public virtual LlmErrorKind? KindOf(int status, ServerError error) => ErrorTable.KindOf(status, error);

    /// <summary>A sentence of advice on a server's error; null when the server's text says enough.</summary>
    public virtual string? AdviceFor(LlmErrorKind kind, int status, ServerError serverError) => null;

    /// <summary>A sentence of advice on a certificate that is not trusted; null for the default.</summary>
    public virtual string? CertificateAdvice => null;

    /// <summary>How long to wait when only the error's text says so; null when unknown.</summary>
    public virtual TimeSpan? WaitAfter(LlmErrorKind kind, ServerError serverError) => null;

    /// <summary>The vendor's id of the request; null when it gives none.</summary>
    public virtual string? RequestIdOf(HttpResponseMessage response) => HeaderOf(response, "x-request-id");

    /// <summary>All secrets that are sent: keys, tokens, headers that the user configured. None may be shown.</summary>
    public virtual IEnumerable<string> Secrets() => Secret is { Length: > 0 } secret ? [secret] : [];

    /// <summary>The diagnosis without secrets in the server's text.</summary>
    public ProviderDiagnosis Cleaned(ProviderDiagnosis found) => found with { Message = PromptEcho.Cut(found.Message, null, Secrets())! };

    /// <summary>The key that is sent, to be cut from texts of the server that repeat it.</summary>
    protected string? Secret { get; init; }

    protected static string? HeaderOf(HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : null;
}
