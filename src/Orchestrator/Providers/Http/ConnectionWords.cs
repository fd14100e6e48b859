namespace Orchestrator.Providers;

/// <summary>The message for a failed connection, in one or two sentences, and the problem of the settings that it shows.</summary>
internal static class ConnectionWords
{
    /// <summary>The message for a server that was asked by http and speaks TLS.</summary>
    public const string TlsIsWanted = "the plain HTTP request was sent to HTTPS port";

    /// <summary>The problem and the message; null when it is no connection failure, or there is nothing to add to its
    /// message.</summary>
    public static (ProviderProblem Problem, ConnectionCause Cause, string Words)? Of(LlmException error)
    {
        if (error.StatusCode is 400 && error.Message.Contains(ErrorPage.CertificateWanted, StringComparison.Ordinal))
            return Certain(ProviderProblem.ClientCertificateRequired, ConnectionCause.ClientCertificate);
        if (error.StatusCode is 400 && WantsTls(error.Message))
            return Certain(ProviderProblem.TlsFailure, ConnectionCause.TlsWanted);
        if (error.StatusCode is 407)
            return Certain(ProviderProblem.ProxyRefused, ConnectionCause.ProxyCredentials);
        if (error.StatusCode is not null)
            return null;
        var cause = ConnectionFailure.CauseOf(error);
        var address = ConnectionFailure.AddressOf(error);
        return cause == ConnectionCause.Unknown
            ? null
            : (ProblemOf(cause), cause, Of(cause, address?.Authority, ConnectionFailure.ProxyStatusOf(error)));
    }

    /// <summary>The message for a failure at an address; null when there is nothing to add to the exception's type.</summary>
    public static string? Of(Exception error, Uri? address) =>
        ConnectionFailure.CauseOf(error) is not ConnectionCause.Unknown and var cause
            ? Of(cause, address?.Authority, ConnectionFailure.ProxyStatusOf(error))
            : null;

    /// <summary>A sentence on the proxy of the process, which may have answered in place of the server; empty when there is
    /// none.</summary>
    /// <param name="address">The address of the request.</param>
    /// <param name="isOurs">Whether the client is the provider's own, which uses no proxy for local addresses.</param>
    public static string OfProxy(Uri? address, bool isOurs)
    {
        if (address is null || LocalBypass.ProcessProxyFor(address) is not { } proxy || (isOurs && LocalAddress.PassesByProxies(address)))
            return "";
        return LocalAddress.PassesByProxies(address)
            ? $" This process has a proxy set ({proxy}), and an HttpClient that was handed in may ask it for local addresses too: "
                + $"set UseProxy = false on its handler, or add {address.Host} to NO_PROXY."
            : $" This process has a proxy set ({proxy}), which requests to {address.Host} go through.";
    }

    // The status shows the cause, and no address is known.
    private static (ProviderProblem Problem, ConnectionCause Cause, string Words) Certain(ProviderProblem problem, ConnectionCause cause) =>
        (problem, cause, Of(cause, null, null));

    private static ProviderProblem ProblemOf(ConnectionCause cause) => cause switch
    {
        _ when ConnectionFailure.IsCertificate(cause) => ProviderProblem.UntrustedCertificate,
        ConnectionCause.ClientCertificate => ProviderProblem.ClientCertificateRequired,
        ConnectionCause.Proxy or ConnectionCause.ProxyCredentials => ProviderProblem.ProxyRefused,
        ConnectionCause.NoTls or ConnectionCause.PlainHttp or ConnectionCause.TlsWanted or ConnectionCause.TlsVersion
            or ConnectionCause.TlsRefused or ConnectionCause.EndedInHandshake => ProviderProblem.TlsFailure,
        _ => ProviderProblem.Unreachable,
    };

    private static string Of(ConnectionCause cause, string? server, int? status)
    {
        var (start, within) = (server ?? "The server", server ?? "the server");
        return cause switch
        {
            ConnectionCause.Refused =>
                $"The connection to {within} was refused: nothing listens there, or only on the other of IPv4 and IPv6.",
            ConnectionCause.NoSuchName => $"The name of {within} cannot be resolved.",
            ConnectionCause.NoRoute =>
                $"There is no route to {within} from here; where it has an IPv6 address only, this machine needs IPv6 too.",
            ConnectionCause.NotInTime => $"{start} did not answer in time.",
            ConnectionCause.EndedInHandshake =>
                $"{start} ended the connection during the TLS handshake: it speaks no TLS (then http is meant), "
                    + "no version of it from TLS 1.2 on, or something between ends such connections.",
            ConnectionCause.Ended => $"{start} closed the connection without an answer.",
            ConnectionCause.NoTls => $"What listens at {within} speaks no TLS: http is meant, or another port.",
            ConnectionCause.PlainHttp => $"What listens at {within} speaks plain HTTP and no TLS: http is meant, or another port.",
            ConnectionCause.TlsWanted => $"{start} speaks TLS: https is meant, or another port.",
            ConnectionCause.TlsVersion => $"{start} speaks no version of TLS that this system does: it has to offer TLS 1.2 or 1.3.",
            ConnectionCause.TlsRefused =>
                $"{start} refused the TLS handshake: it takes none of the versions (TLS 1.2 and 1.3) and ciphers this system offers, "
                    + "does not know the name it was asked by, or wants a client certificate.",
            ConnectionCause.ClientCertificate =>
                $"{start} wants a certificate of the client in the TLS handshake, and got none or one that it does not accept.",
            ConnectionCause.UntrustedRoot => $"The certificate of {within} is signed by an authority that this system does not trust.",
            ConnectionCause.OtherHost => $"The certificate of {within} is for another host.",
            ConnectionCause.NotValidNow =>
                $"The certificate of {within} has expired or is not valid yet; if it is good, this machine's clock is wrong.",
            ConnectionCause.Certificate => $"The certificate of {within} is not trusted.",
            ConnectionCause.ProxyCredentials => $"The proxy on the way to {within} asks for a user and password (HTTP 407).",
            _ => status is { } code
                ? $"The proxy on the way to {within} refuses to connect (HTTP {code})."
                : $"The proxy on the way to {within} does not connect.",
        };
    }

    // The texts of nginx and of Go's server.
    private static bool WantsTls(string message) =>
        message.Contains(TlsIsWanted, StringComparison.OrdinalIgnoreCase)
        || message.Contains("HTTP request to an HTTPS server", StringComparison.OrdinalIgnoreCase);
}
