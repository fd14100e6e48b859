using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Tests.Testing;

/// <summary>A client that sees bytes and nothing else.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public bool WasReset { get; private set; }

    public static string Chat(bool streamed = true, string path = "/v1/chat/completions", string model = "m")
    {
        var body = $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}],"stream":{{(streamed ? "true" : "false")}}}""";
        return string.Create(
            CultureInfo.InvariantCulture, $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                + $"{Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    }

    public static async Task<(string Text, bool WasReset)> AskAsync(Uri address, string request, TimeSpan? limit = null)
    {
        using var client = new RawClient();
        await client.SendAsync(address, request);
        return (Encoding.UTF8.GetString(await client.ReadToEndAsync(limit ?? TimeSpan.FromSeconds(5))), client.WasReset);
    }

    public async Task SendAsync(Uri address, string text)
    {
        if (!_socket.Connected)
            await _socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port));
        await _socket.SendAsync(Encoding.UTF8.GetBytes(text));
    }

    public async Task<byte[]> ReadSomeAsync()
    {
        var buffer = new byte[64 * 1024];
        var read = await _socket.ReceiveAsync(buffer);
        return buffer[..read];
    }

    /// <summary>All bytes up to the end, a reset, or the limit.</summary>
    public async Task<byte[]> ReadToEndAsync(TimeSpan limit)
    {
        using var enough = new CancellationTokenSource(limit);
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(buffer, enough.Token) is > 0 and var read)
                all.Write(buffer, 0, read);
        }
        catch (SocketException)
        {
            WasReset = true;
        }
        catch (OperationCanceledException)
        {
            // Still open: that is what some tests want to see.
        }

        return all.ToArray();
    }

    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
