using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace Orchestrator.MetricsAttack;

/// <summary>The process under attack: a metrics server, and work of the kind a router does, which must not suffer.</summary>
internal static class Victim
{
    private static readonly List<IDisposable> Hoard = [];

    public static async Task RunAsync(string server, int series, int peer)
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var gauge = Prometheus.Metrics.WithCustomRegistry(registry)
            .CreateGauge("attack_value", "A value with a name of usual length.", "provider", "number");
        for (var i = 0; i < series; i++)
            gauge.WithLabels("a-provider-of-language", i.ToString()).Set(i * 1.5);
        Console.WriteLine($"PORT {await StartAsync(server, registry)}");
        if (peer > 0)
            _ = CallOutAsync(peer);
        // Until the attacker ends.
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "HOG")
                TakeAllDescriptors();
        }
    }

    private static void TakeAllDescriptors()
    {
        try
        {
            while (true)
                Hoard.Add(File.OpenHandle("/dev/null"));
        }
        catch (IOException)
        {
            Console.WriteLine("HOGGED");
        }
    }

    private static async Task<int> StartAsync(string server, CollectorRegistry registry)
    {
        if (server == "ours")
        {
            var ours = await MetricServer.StartAsync(
                registry, 0, "localhost", TimeProvider.System, NullLogger.Instance, CancellationToken.None);
            return ours.Port;
        }

        var port = FreePort();
        if (server == "kestrel")
            new KestrelMetricServer("localhost", port, registry: registry).Start();
        else
            new Prometheus.MetricServer("localhost", port, registry: registry).Start();
        return port;
    }

    /// <summary>A call each 50 ms, as to a provider: what fails here would have failed a user's request.</summary>
    private static async Task CallOutAsync(int peer)
    {
        long done = 0, failed = 0;
        while (true)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(3));
                await socket.ConnectAsync(IPAddress.Loopback, peer, timeout.Token);
                done++;
            }
            catch (Exception error)
            {
                failed++;
                Console.WriteLine($"FAILED {error.Message}");
            }

            if (done % 10 == 0)
                Console.WriteLine($"CALLS {done} {failed}");
            await Task.Delay(50);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
