using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.MetricsAttack;

/// <summary>A kept-alive scrape of 1,000 series, by one client without an HTTP library: ours beside Kestrel and HttpListener.</summary>
internal static class Bench
{
    private const int Rounds = 5;
    private const int Scrapes = 3_000;

    public static void Run()
    {
        string[] servers = ["ours", "kestrel", "prometheus-net"];
        var medians = servers.ToDictionary(s => s, _ => new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in servers)
            {
                using var victim = VictimProcess.Start(server, series: 1000, descriptors: 1024);
                var cpu = 0.0;
                // HttpListener needs 44 ms for each: a few will do.
                var count = server == "prometheus-net" ? 50 : Scrapes;
                Measure(victim.Port, count);
                cpu = victim.CpuSeconds();
                var times = Measure(victim.Port, count);
                medians[server].Add(times[count / 2]);
                Console.WriteLine($"{server,-15} p50 {times[count / 2],8:F3} ms   p99 {times[count * 99 / 100],8:F3} ms   CPU "
                    + $"{(victim.CpuSeconds() - cpu) * 1000 / count,7:F3} ms");
            }
        }

        foreach (var (server, all) in medians)
            Console.WriteLine($"{server,-15} median p50 {all.Order().ElementAt(Rounds / 2):F3} ms");
    }

    private static double[] Measure(int port, int count)
    {
        var times = new double[count];
        var buffer = new byte[1 << 20];
        var request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            socket.Send(request);
            var received = 0;
            // Ends a page by length (ours) or by the last chunk (the others).
            while (!IsWhole(buffer.AsSpan(0, received)))
                received += socket.Receive(buffer.AsSpan(received));
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times;
    }

    private static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var length = bytes[..end].IndexOf("Content-Length: "u8);
        if (length < 0)
            return bytes.EndsWith("\r\n0\r\n\r\n"u8);
        var digits = bytes[(length + 16)..end];
        var stop = digits.IndexOf((byte)'\r');
        return bytes.Length == end + 4 + int.Parse(stop < 0 ? digits : digits[..stop]);
    }
}
