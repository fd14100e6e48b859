namespace Orchestrator.Providers;

// What happens on the way to the server: requests past the proxy, and why no answer came.
public abstract partial class HttpLlmProvider
{
    private HttpClient? _direct;

    /// <summary>Whether the client is the provider's own.</summary>
    private protected bool OwnsClient => _ownsClient;

    /// <summary>Whether TLS failed, which is mostly a certificate that is not trusted.</summary>
    internal static bool IsCertificate(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is System.Security.Authentication.AuthenticationException)
                return true;
        }

        return false;
    }

    /// <summary>Disposes what requests past the proxy went through; for vendors that send some.</summary>
    private protected void ReleaseDirect() => _direct?.Dispose();

    /// <summary>Sends a request for a token, past any proxy if it says so, and notes the server's time.</summary>
    private async Task<HttpResponseMessage> SendTokenAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        var response = request.IsDirect
            ? await SendDirectAsync(request, cancellationToken).ConfigureAwait(false)
            : await SendAsync(request, null, cancellationToken).ConfigureAwait(false);
        request.AnsweredAt = RetryAfter.DateOf(response.Headers);
        return response;
    }

    private async Task<HttpResponseMessage> SendDirectAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await DirectClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!ExceptionMapper.Passes(error, cancellationToken))
        {
            throw error is OperationCanceledException { InnerException: TimeoutException }
                ? NoConnection(request, $"{HttpClients.ConnectLimit.TotalSeconds:0} s", error)
                : Unreached(request, error, cancellationToken);
        }
    }

    private HttpClient DirectClient()
    {
        if (Volatile.Read(ref _direct) is { } direct)
            return direct;
        var made = HttpClients.New(HttpClients.ConnectLimit, static handler => handler.UseProxy = false);
        direct = Interlocked.CompareExchange(ref _direct, made, null);
        if (direct is null)
            return made;
        made.Dispose();
        return direct;
    }

    /// <summary>The failure to get any answer, in words that say why as far as it is known.</summary>
    private LlmException Unreached(HttpRequestMessage request, Exception error, CancellationToken cancellationToken)
    {
        var address = request.RequestUri;
        ConnectionFailure.Mark(error, address);
        var words = ConnectionWords.Of(error, address);
        var cause = ConnectionFailure.CauseOf(error);
        if (cause is ConnectionCause.UntrustedRoot or ConnectionCause.Certificate && CertificateAdvice is { } advice)
            words = $"{words} {advice}";
        if (cause == ConnectionCause.Ended && address?.Scheme == Uri.UriSchemeHttps)
            words += " A server that wants a certificate of the client does so.";
        if (words is not null && !ConnectionFailure.IsCertificate(cause) && request is not TokenRequest { IsDirect: true })
            words += ConnectionWords.OfProxy(address, _ownsClient);
        return ExceptionMapper.Map(error, cancellationToken, advice: words);
    }

    /// <summary>Finds out in a check what the failure of a connection alone does not tell.</summary>
    private protected static async Task LookAgainAsync(LlmException failure, CancellationToken limited, CancellationToken cancellationToken)
    {
        if (failure.StatusCode is not null || limited.IsCancellationRequested
            || ConnectionFailure.AddressOf(failure) is not { } address
            || (!LocalAddress.PassesByProxies(address) && LocalBypass.ProcessProxyFor(address) is not null))
        {
            return;
        }

        try
        {
            if (await SecondLook.AtAsync(address, ConnectionFailure.CauseOf(failure), limited).ConfigureAwait(false) is { } cause)
                ConnectionFailure.Refine(failure, cause);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The check's own time is over: what is known is told.
        }
    }

    /// <summary>A finding that is not good, with a word on the proxy that may be the reason.</summary>
    private protected ProviderDiagnosis WithProxy(ProviderDiagnosis found, Uri address)
    {
        address = found.Error is { } error && ConnectionFailure.AddressOf(error) is { } asked ? asked : address;
        var isAtProxy = found.Problem is ProviderProblem.Unreachable or ProviderProblem.ProxyRefused or ProviderProblem.TlsFailure;
        var isLocal = LocalAddress.PassesByProxies(address) && found.Problem != ProviderProblem.UntrustedCertificate;
        if (found.IsValid || !(isAtProxy || isLocal))
            return found;
        var words = ConnectionWords.OfProxy(address, _ownsClient);
        return words.Length == 0 || found.Message.Contains(words, StringComparison.Ordinal)
            ? found
            : found with { Message = found.Message + words };
    }
}
