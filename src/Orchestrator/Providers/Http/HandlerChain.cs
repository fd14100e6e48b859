using System.Runtime.CompilerServices;

namespace Orchestrator.Providers;

/// <summary>
/// Decides whether the time until a request's content is read is the time to a connection. It is for the framework's own handler, which
/// reads the content as soon as it is connected. Another handler may answer without reading, or read late.
/// </summary>
internal static class HandlerChain
{
    /// <summary>Whether a given client has the framework's own handler and no other above it.</summary>
    public static bool ReadsOnceConnected(HttpClient client)
    {
        if (client.GetType() != typeof(HttpClient))
            return false;
        try
        {
            return ReadsOnceConnected(HandlerOf(client), isHttp1: true);
        }
        catch (MissingFieldException)
        {
            // Another version of the framework: only the handler's own time-out applies.
            return false;
        }
    }

    public static bool ReadsOnceConnected(HttpMessageHandler? handler, HttpRequestMessage request) =>
        ReadsOnceConnected(handler, request.Version.Major == 1 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher);

    // With a limited number of connections or streams a request may wait for a free one, and that wait does not count.
    private static bool ReadsOnceConnected(HttpMessageHandler? handler, bool isHttp1) => handler switch
    {
        SocketsHttpHandler sockets =>
            sockets.MaxConnectionsPerServer == int.MaxValue && (isHttp1 || sockets.EnableMultipleHttp2Connections),
        HttpClientHandler usual => usual.GetType() == typeof(HttpClientHandler) && usual.MaxConnectionsPerServer == int.MaxValue && isHttp1,
        _ => false,
    };

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_handler")]
    private static extern ref HttpMessageHandler HandlerOf(HttpMessageInvoker client);
}
