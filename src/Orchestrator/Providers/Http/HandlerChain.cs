using System.Runtime.CompilerServices;

namespace Orchestrator.Providers;

/// <summary>
/// Whether the time until a request's content is read is the time to a connection. The framework's own handler reads it as soon as it has
/// one. Of any other handler nothing is known: it may answer without reading, or read late.
/// </summary>
internal static class HandlerChain
{
    /// <summary>Whether a client that was handed in has the framework's own handler and nothing above it.</summary>
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
            // Another version of the framework: then there is no limit of ours, only that of the handler.
            return false;
        }
    }

    public static bool ReadsOnceConnected(HttpMessageHandler? handler, HttpRequestMessage request) =>
        ReadsOnceConnected(handler, request.Version.Major == 1 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher);

    // Where connections, or the streams of one, are limited in number, a request may wait for a free one, which is no connecting either.
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
