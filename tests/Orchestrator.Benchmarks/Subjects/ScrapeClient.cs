using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Benchmarks;

/// <summary>A kept-alive HTTP/1.1 connection that costs as little as one can, so that the endpoints differ and not their client.</summary>
internal sealed class ScrapeClient : IDisposable
{
    private static readonly byte[] Request =
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain; version=0.0.4\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1 << 20];

    public ScrapeClient(int port) => _socket.Connect(IPAddress.Loopback, port);

    /// <summary>One scrape; the response is read to its end.</summary>
    /// <returns>Bytes received.</returns>
    public int Scrape()
    {
        _socket.Send(Request);
        var received = 0;
        while (!IsWhole(_buffer.AsSpan(0, received)))
        {
            var read = _socket.Receive(_buffer, received, _buffer.Length - received, SocketFlags.None);
            if (read == 0)
                throw new IOException("The endpoint closed the connection.");
            received += read;
        }

        return received;
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> response)
    {
        var end = response.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var head = response[..end];
        if (!head.StartsWith("HTTP/1.1 200"u8))
            throw new IOException($"The endpoint answered {Encoding.ASCII.GetString(head)}");
        var length = head.IndexOf("Content-Length: "u8);
        if (length < 0)
            return response.EndsWith("\r\n0\r\n\r\n"u8);
        var digits = head[(length + "Content-Length: ".Length)..];
        var line = digits.IndexOf((byte)'\r');
        return response.Length - end - 4 >= int.Parse(line < 0 ? digits : digits[..line], CultureInfo.InvariantCulture);
    }

    public static Task ExportAsync(Prometheus.CollectorRegistry registry, MemoryStream target)
    {
        target.SetLength(0);
        return registry.CollectAndExportAsTextAsync(target);
    }
}
