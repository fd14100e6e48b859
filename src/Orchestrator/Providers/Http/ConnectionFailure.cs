using System.Net.Sockets;
using System.Security.Authentication;

namespace Orchestrator.Providers;

/// <summary>Finds in an exception of the HTTP client why no answer came.</summary>
/// <remarks>The platform has no error codes for TLS. Only the names of enumerations in messages, which are not translated, and the numbers
/// of OpenSSL and Windows show the cause.</remarks>
internal static class ConnectionFailure
{
    private const string AddressKey = "Orchestrator.Address";
    private const string CauseKey = "Orchestrator.Cause";

    /// <summary>Stores the request's address in an exception.</summary>
    public static void Mark(Exception error, Uri? address) => Note(error, AddressKey, address);

    /// <summary>The request's address; null when it is not known.</summary>
    public static Uri? AddressOf(Exception error) => Noted(error, AddressKey) as Uri;

    /// <summary>Stores the cause that the connection probe has found.</summary>
    public static void Refine(Exception error, ConnectionCause cause) => Note(error, CauseKey, cause);

    /// <summary>Whether the server's certificate is the cause.</summary>
    public static bool IsCertificate(ConnectionCause cause) =>
        cause is ConnectionCause.Certificate or ConnectionCause.UntrustedRoot or ConnectionCause.OtherHost or ConnectionCause.NotValidNow;

    /// <summary>Whether TLS failed, mostly because the certificate is not trusted.</summary>
    public static bool IsOfTls(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is AuthenticationException)
                return true;
        }

        return false;
    }

    public static ConnectionCause CauseOf(Exception? error)
    {
        if (Noted(error, CauseKey) is ConnectionCause known)
            return known;
        var secure = false;
        for (; error is not null; error = error.InnerException)
        {
            switch (error)
            {
                case HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } tunnel:
                    return (int?)tunnel.StatusCode == 407 ? ConnectionCause.ProxyCredentials : ConnectionCause.Proxy;
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return ConnectionCause.NoSuchName;
                case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                    secure = true;
                    break;
                case AuthenticationException { InnerException: null }:
                    return OfWords(error.Message);
                case SocketException socket:
                    return OfSocket(socket.SocketErrorCode, secure);
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return ConnectionCause.Ended;
                case IOException { InnerException: null } when secure:
                    return ConnectionCause.EndedInHandshake;
                case LlmException { Kind: LlmErrorKind.Timeout, StatusCode: null, InnerException: OperationCanceledException }:
                    return ConnectionCause.NotInTime;
                default:
                    if (TlsAlert.Of(error) is { } alert)
                        return alert;
                    break;
            }
        }

        return ConnectionCause.Unknown;
    }

    /// <summary>The HTTP status with which a proxy refused the tunnel.</summary>
    public static int? ProxyStatusOf(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError, StatusCode: { } status })
                return (int)status;
        }

        return null;
    }

    private static ConnectionCause OfSocket(SocketError error, bool secure) => error switch
    {
        SocketError.ConnectionRefused => ConnectionCause.Refused,
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery => ConnectionCause.NoSuchName,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown
            or SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable => ConnectionCause.NoRoute,
        SocketError.TimedOut => ConnectionCause.NotInTime,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown =>
            secure ? ConnectionCause.EndedInHandshake : ConnectionCause.Ended,
        _ => ConnectionCause.Unknown,
    };

    private static ConnectionCause OfWords(string words)
    {
        if (Says(words, "RemoteCertificateNameMismatch"))
            return ConnectionCause.OtherHost;
        if (Says(words, "NotTimeValid") || Says(words, "NotTimeNested"))
            return ConnectionCause.NotValidNow;
        if (Says(words, "PartialChain") || Says(words, "UntrustedRoot") || Says(words, "RemoteCertificateChainErrors"))
            return ConnectionCause.UntrustedRoot;
        return Says(words, "frame") ? ConnectionCause.NoTls : ConnectionCause.Certificate;
    }

    // An exception of an application's handler need not have a data dictionary.
    private static void Note(Exception error, string key, object? value)
    {
        if (error.Data is { IsReadOnly: false } notes)
            notes[key] = value;
    }

    private static object? Noted(Exception? error, string key)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error.Data?[key] is { } noted)
                return noted;
        }

        return null;
    }

    private static bool Says(string words, string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);
}
