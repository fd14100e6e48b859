using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.MetricsAttack;

/// <param name="Name">What the table calls it.</param>
/// <param name="RunAsync">Runs it against a port; ends by itself.</param>
/// <param name="Patience">For attacks on a page of 10 MB: how many times the usual a scrape may take. 0 for the others.</param>
internal sealed record Attack(string Name, Func<int, Task> RunAsync, double Patience = 0)
{
    public bool NeedsLargePage => Patience > 0;

    /// <summary>Whether the victim has no descriptors left; its own calls then fail by nature.</summary>
    public bool TakesDescriptors { get; init; }
}

/// <summary>The list. Every one is bounded in count and time, and aims at loopback only.</summary>
internal static class Attacks
{
    private const string Get = "GET /metrics HTTP/1.1\r\n";
    private const string Host = "Host: localhost\r\n";

    public static IEnumerable<Attack> All(bool quick)
    {
        // Longer than the three seconds that the kernel keeps silent connections to itself.
        var hold = TimeSpan.FromSeconds(quick ? 4 : 10);
        var brief = TimeSpan.FromSeconds(quick ? 0.2 : 3);
        var many = quick ? 2_000 : 10_000;
        yield return new("3,000 half-open", port => HoldAsync(port, 3_000, "", hold));
        yield return new($"slowloris, {many:N0} dripping", port => DripAsync(port, many, TimeSpan.FromSeconds(quick ? 5 : 25)));
        yield return new($"{many:N0} idle after a request", port => HoldAsync(port, many, Get + Host + "\r\n", TimeSpan.FromSeconds(2)));
        yield return new("RST storm", port => StormAsync(port, TimeSpan.FromSeconds(quick ? 2 : 10)));
        yield return new("10,000 pipelined GETs x4", port => PipelineAsync(port, 4, 10_000));
        yield return new("1,000 parallel scrapes", port => ParallelAsync(port, 1_000));
        foreach (var (name, payload) in Payloads())
            yield return new(name, port => RepeatAsync(port, payload, brief));
        yield return new("gzip and Accept variants", port => NegotiateAsync(port, brief));
        yield return new("no descriptors left", _ => Task.Delay(TimeSpan.FromSeconds(2))) { TakesDescriptors = true };
        var slow = TimeSpan.FromSeconds(quick ? 2.5 : 15);
        yield return new("slow reader of 10 MB", port => ReadSlowlyAsync(port, 1, slow), Patience: 3);
        yield return new("slow readers of 10 MB x100", port => ReadSlowlyAsync(port, 100, slow), Patience: 8);
    }

    private static IEnumerable<(string Name, byte[] Payload)> Payloads()
    {
        var random = new byte[2 << 20];
        new Random(7).NextBytes(random);
        yield return ("2 MB random bytes", random);
        yield return ("TLS hello", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, .. random.AsSpan(0, 500)]);
        foreach (var (name, text) in Texts())
            yield return (name, Encoding.Latin1.GetBytes(text));
    }

    private static IEnumerable<(string Name, string Text)> Texts()
    {
        yield return ("1 MB header", Get + Host + "A: " + new string('a', 1 << 20) + "\r\n\r\n");
        yield return ("20,000 headers", Get + Host + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"H{i}: x\r\n")) + "\r\n");
        yield return ("64 KiB path", "GET /" + new string('a', 64 * 1024) + " HTTP/1.1\r\n" + Host + "\r\n");
        yield return ("Content-Length 99999999999", Get + Host + "Content-Length: 99999999999\r\n\r\n" + new string('b', 100_000));
        yield return ("CL and TE", Get + Host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n");
        yield return ("two Host", Get + Host + Host + "\r\n");
        yield return ("NUL in header", Get + Host + "A: \0\r\n\r\n");
        yield return ("space in name", Get + "Host : localhost\r\n\r\n");
        yield return ("folded header", Get + Host + "A: b\r\n c\r\n\r\n");
        yield return ("HTTP/0.9", "GET /metrics\r\n");
        yield return ("HTTP/1.0", "GET /metrics HTTP/1.0\r\n\r\n");
        yield return ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
        foreach (var method in new[] { "POST", "PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "PROPFIND" })
            yield return (method, $"{method} /metrics HTTP/1.1\r\n{Host}\r\n");
        foreach (var path in new[]
        {
            "/metrics/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/metricsfoo", "//metrics", "http://evil.example/metrics"
        })
            yield return (path, $"GET {path} HTTP/1.1\r\n{Host}\r\n");
        yield return ("foreign Host (rebinding)", Get + "Host: evil.example\r\n\r\n");
    }

    /// <summary>Opens connections, says <paramref name="text"/> on each, and holds them.</summary>
    private static async Task HoldAsync(int port, int count, string text, TimeSpan time)
    {
        var sockets = await OpenAsync(port, count, text);
        await Task.Delay(time);
        sockets.ForEach(s => s.Dispose());
    }

    private static async Task DripAsync(int port, int count, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var sockets = await OpenAsync(port, count, Get);
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            foreach (var socket in sockets)
                TrySend(socket, "X"u8);
            await Task.Delay(2000);
        }

        sockets.ForEach(s => s.Dispose());
    }

    private static async Task<List<Socket>> OpenAsync(int port, int count, string text)
    {
        var sockets = new List<Socket>(count);
        var bytes = Encoding.ASCII.GetBytes(text);
        // A server that does not answer any more must not hold the attacker up.
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, _) =>
        {
            var socket = Create();
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), timeout.Token);
                socket.Blocking = false;
                lock (sockets)
                    sockets.Add(socket);
                TrySend(socket, bytes);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                socket.Dispose();
            }
        });
        return sockets;
    }

    private static async Task StormAsync(int port, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var i = 0; Stopwatch.GetElapsedTime(start) < time; i++)
            {
                using var socket = Create();
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port);
                    if ((i + worker) % 2 == 0)
                        TrySend(socket, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
                }
                catch (SocketException)
                {
                    // That is what a storm is.
                }

                socket.LingerState = new LingerOption(true, 0);
            }
        }));
    }

    private static Task PipelineAsync(int port, int connections, int count)
        => Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using var socket = Create();
            await socket.ConnectAsync(IPAddress.Loopback, port);
            var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Get + Host + "\r\n", count)));
            var sending = SendAllAsync(socket, bytes);
            await ReadAsync(socket, TimeSpan.FromSeconds(10), quiet: TimeSpan.FromSeconds(1));
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
            await sending;
        }));

    private static async Task ParallelAsync(int port, int count)
    {
        using var client = new HttpClient();
        var texts = await Task.WhenAll(
            Enumerable.Range(0, count).Select(_ => client.GetByteArrayAsync($"http://localhost:{port}/metrics")));
        if (texts.Any(t => t.Length == 0))
            throw new IOException("An empty page.");
    }

    private static async Task RepeatAsync(int port, byte[] payload, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                using var socket = Create();
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port);
                    var sending = SendAllAsync(socket, payload);
                    await ReadAsync(socket, TimeSpan.FromSeconds(2), quiet: TimeSpan.FromMilliseconds(20));
                    socket.Dispose();
                    await sending;
                }
                catch (SocketException)
                {
                    // Refused.
                }
            }
        }));
    }

    private static async Task NegotiateAsync(int port, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        string[] headers =
        [
            "Accept-Encoding: gzip\r\n", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: *;q=0.1,,;\r\n", "Accept: x/y;q=banana\r\n",
            "Accept: application/openmetrics-text;version=1.0.0\r\n", "Accept-Encoding: " + new string(',', 4000) + "\r\n",
        ];
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            foreach (var header in headers)
                Observer.Scrape(port, header);
            await Task.Yield();
        }
    }

    private static async Task ReadSlowlyAsync(int port, int count, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var sockets = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
            await socket.ConnectAsync(IPAddress.Loopback, port);
            socket.Blocking = false;
            TrySend(socket, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
            sockets.Add(socket);
        }

        var one = new byte[1];
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            foreach (var socket in sockets)
                socket.Receive(one, SocketFlags.None, out _);
            await Task.Delay(1000);
        }

        sockets.ForEach(s => s.Dispose());
    }

    private static Socket Create() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private static void TrySend(Socket socket, ReadOnlySpan<byte> bytes) => socket.Send(bytes, SocketFlags.None, out _);

    private static async Task SendAllAsync(Socket socket, byte[] bytes)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
                sent += await socket.SendAsync(bytes.AsMemory(sent));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut off, which is the server's right.
        }
    }

    /// <summary>Reads until the end, until nothing comes for a while, or until the time is over.</summary>
    private static async Task ReadAsync(Socket socket, TimeSpan time, TimeSpan quiet)
    {
        var start = Stopwatch.GetTimestamp();
        var buffer = new byte[64 * 1024];
        try
        {
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                using var timeout = new CancellationTokenSource(quiet);
                if (await socket.ReceiveAsync(buffer, timeout.Token) == 0)
                    return;
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // Cut off, or nothing more to come.
        }
    }
}
