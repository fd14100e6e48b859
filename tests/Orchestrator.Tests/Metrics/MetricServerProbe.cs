using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace Orchestrator.Tests.Metrics;

/// <summary>One response as it came over the wire.</summary>
internal sealed record RawResponse(int Status, Dictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A TCP connection that sends exactly the bytes it is told to. Every wait ends after 10 s.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly Socket _socket;
    private readonly List<byte> _received = [];
    private readonly byte[] _buffer = new byte[64 * 1024];

    private RawConnection(Socket socket) => _socket = socket;

    public Socket Socket => _socket;

    public static async Task<RawConnection> OpenAsync(int port, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timeout = new CancellationTokenSource(Limit);
        await socket.ConnectAsync(new IPEndPoint(address, port), timeout.Token);
        return new RawConnection(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        using var timeout = new CancellationTokenSource(Limit);
        for (var sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None, timeout.Token);
    }

    /// <summary>Sends what a server may refuse before it is all sent.</summary>
    public async Task TrySendAsync(byte[] bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (SocketException)
        {
            // Refused already.
        }
    }

    public Task<RawResponse> GetAsync(string path = "/metrics", string headers = "")
        => AskAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");

    public async Task<RawResponse> AskAsync(string request)
    {
        await SendAsync(request);
        return await ReadAsync(hasBody: !request.StartsWith("HEAD", StringComparison.Ordinal));
    }

    public async Task<RawResponse> ReadAsync(bool hasBody = true)
    {
        int end;
        while ((end = IndexOfHeadEnd()) < 0)
        {
            if (!await FillAsync())
                throw new IOException("Closed before a response: " + Encoding.Latin1.GetString([.. _received]));
        }

        var lines = Encoding.Latin1.GetString([.. _received.Take(end)]).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var length = hasBody ? int.Parse(headers["Content-Length"]) : 0;
        while (_received.Count < end + 4 + length)
        {
            if (!await FillAsync())
                throw new IOException("Closed within a body");
        }

        var body = _received.GetRange(end + 4, length).ToArray();
        _received.RemoveRange(0, end + 4 + length);
        return new RawResponse(int.Parse(lines[0].Split(' ')[1]), headers, body);
    }

    /// <summary>Whether the server ended the connection, by end of stream or reset, with nothing more to read.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return _received.Count == 0 && !await FillAsync();
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> FillAsync()
    {
        using var timeout = new CancellationTokenSource(Limit);
        var count = await _socket.ReceiveAsync(_buffer, SocketFlags.None, timeout.Token);
        _received.AddRange(_buffer.AsSpan(0, count));
        return count > 0;
    }

    private int IndexOfHeadEnd()
        => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received).IndexOf("\r\n\r\n"u8);
}

internal static class MetricServerProbe
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static CollectorRegistry NewRegistry(int series = 3)
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var gauge = Prometheus.Metrics.WithCustomRegistry(registry).CreateGauge("probe_value", "A value.", "number");
        for (var i = 0; i < series; i++)
            gauge.WithLabels(i.ToString()).Set(i);
        return registry;
    }

    public static Task<MetricServer> StartAsync(
        CollectorRegistry? registry = null, int port = 0, string host = "localhost", TimeProvider? time = null, ILogger? logger = null)
        => MetricServer.StartAsync(
            registry ?? NewRegistry(), port, host, time ?? TimeProvider.System, logger ?? NullLogger.Instance, CancellationToken.None);

    public static async Task<RawResponse> GetAsync(MetricServer server, string path = "/metrics", string headers = "")
    {
        using var connection = await RawConnection.OpenAsync(server.Port);
        return await connection.GetAsync(path, headers);
    }

    /// <summary>Waits for what other threads bring about; fails after 10 s.</summary>
    public static async Task UntilAsync(Func<bool> condition, Action? each = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(10));
            each?.Invoke();
            await Task.Delay(5);
        }
    }
}
