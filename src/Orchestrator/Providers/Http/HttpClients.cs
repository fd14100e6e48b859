using System.Net;

namespace Orchestrator.Providers;

/// <summary>Makes the providers' own HTTP clients: no redirects, no cookies, a connect time-out that includes TLS, connections that are
/// renewed after a DNS change.</summary>
internal static class HttpClients
{
    /// <summary>The connect time-out of requests that set no other.</summary>
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    /// <param name="connectLimit">The connect time-out.</param>
    /// <param name="prepare">Sets what the vendor needs of the handler; null for nothing.</param>
    public static HttpClient New(TimeSpan connectLimit, Action<SocketsHttpHandler>? prepare = null)
    {
        var handler = NewHandler(connectLimit);
        prepare?.Invoke(handler);
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The handler, also for clients that an application builds by name.</summary>
    public static SocketsHttpHandler NewHandler(TimeSpan connectLimit) => new()
    {
        // After a 307 the handler would send the prompt and all headers except Authorization to the new address.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = connectLimit,
        // Local addresses bypass the proxy of the process.
        Proxy = new LocalBypass(),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        // The server must see that a stream was abandoned: the handler must not read it to its end to keep the connection.
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(200),
        MaxResponseDrainSize = 16 * 1024,
        MaxResponseHeadersLength = 64,
        // If an application's handler asks for HTTP/2, a call must not wait while a hundred others use the connection.
        EnableMultipleHttp2Connections = true,
    };
}
