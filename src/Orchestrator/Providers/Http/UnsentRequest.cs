namespace Orchestrator.Providers;

/// <summary>Makes the error of a request without an answer. Its message names the cause, as far as it is known.</summary>
internal sealed class UnsentRequest(VendorApi api, HttpClient client, bool ownsClient)
{
    private static readonly string Usual = $"{HttpClients.ConnectLimit.TotalSeconds:0} s";

    public LlmException ErrorOf(HttpRequestMessage request, Exception error, CancellationToken cancellationToken)
    {
        if (error is OperationCanceledException { InnerException: ConnectTimeoutException late })
            return NoConnection(request, late.Limit.Text, error);
        // A handler reports its connect time-out so, and so does a client whose own time-out for the request is over.
        if (error is not OperationCanceledException { InnerException: TimeoutException } || client.Timeout != Timeout.InfiniteTimeSpan)
            return Unreached(request, error, cancellationToken);
        return NoConnection(request, ownsClient ? Usual : "the ConnectTimeout of the client that was handed in", error);
    }

    /// <summary>The same for a request that was sent without a proxy, by the provider's own client.</summary>
    public LlmException ErrorOfDirect(HttpRequestMessage request, Exception error, CancellationToken cancellationToken) =>
        error is OperationCanceledException { InnerException: TimeoutException }
            ? NoConnection(request, Usual, error)
            : Unreached(request, error, cancellationToken);

    private static LlmException NoConnection(HttpRequestMessage request, string limit, Exception error)
    {
        ConnectionFailure.Mark(error, request.RequestUri);
        var message = $"No connection to {request.RequestUri!.Authority} within {limit}. Check address and network.";
        return new(LlmErrorKind.Timeout, message, error);
    }

    private LlmException Unreached(HttpRequestMessage request, Exception error, CancellationToken cancellationToken)
    {
        var address = request.RequestUri;
        ConnectionFailure.Mark(error, address);
        var words = ConnectionWords.Of(error, address);
        var cause = ConnectionFailure.CauseOf(error);
        if (cause is ConnectionCause.UntrustedRoot or ConnectionCause.Certificate && api.CertificateAdvice is { } advice)
            words = $"{words} {advice}";
        if (cause == ConnectionCause.Ended && address?.Scheme == Uri.UriSchemeHttps)
            words += " A server that wants a certificate of the client does so.";
        if (words is not null && !ConnectionFailure.IsCertificate(cause) && request is not TokenRequest { IsDirect: true })
            words += ConnectionWords.OfProxy(address, ownsClient);
        return ExceptionMapper.Map(error, cancellationToken, advice: words);
    }
}
