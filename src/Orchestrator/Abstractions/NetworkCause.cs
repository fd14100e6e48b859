using System.Net.Sockets;

namespace Orchestrator;

/// <summary>Names the network error in a failure.</summary>
internal static class NetworkCause
{
    /// <summary>The name of the network error, which contains nothing of the caller's; null for none.</summary>
    public static string? Of(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            var cause = exception switch
            {
                SocketException socket => socket.SocketErrorCode.ToString(),
                HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and not HttpRequestError.ConnectionError } http
                    => http.HttpRequestError.ToString(),
                HttpIOException io => io.HttpRequestError.ToString(),
                _ => null,
            };
            if (cause is not null)
                return cause;
        }

        return null;
    }
}
