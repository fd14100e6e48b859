using System.Net;

namespace Orchestrator.Providers;

/// <summary>Makes the clients of our own: no redirects, no cookies, a connect limit that includes TLS, connections that do not outlive a
/// DNS change.</summary>
internal static class HttpClients
{
    /// <summary>The limit of requests that say nothing else.</summary>
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    /// <param name="connectLimit">The longest time to a connection.</param>
    /// <param name="prepare">What the vendor needs of the handler besides; null for nothing.</param>
    public static HttpClient New(TimeSpan connectLimit, Action<SocketsHttpHandler>? prepare = null)
    {
        var handler = NewHandler(connectLimit);
        prepare?.Invoke(handler);
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The handler, also for clients that an application builds by name.</summary>
    public static SocketsHttpHandler NewHandler(TimeSpan connectLimit) => new()
    {
        // A 307 re-sends the prompt and every header but Authorization to wherever it points.
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = connectLimit,
        // Local addresses pass by the proxy of the process.
        Proxy = new LocalBypass(),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        // A stream that is left early must reach the server as a close, not be read to its end for the sake of the connection.
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(200),
        MaxResponseDrainSize = 16 * 1024,
        MaxResponseHeadersLength = 64,
        // A handler of the application's may ask for HTTP/2: a call must not wait for the end of a hundred others.
        EnableMultipleHttp2Connections = true,
    };
}
