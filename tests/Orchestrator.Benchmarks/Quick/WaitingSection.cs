using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>Calls that wait: for an answer, thousands at a time, and in line for a permit.</summary>
internal static class WaitingSection
{
    private const int Calls = 20_000;
    private const int Rounds = 7;

    private static readonly LlmRequest Request = new("hello");
    private static readonly ChatMessage[] Messages = [new(ChatRole.User, "hello")];

    public static async Task RunAsync()
    {
        var held = new HeldAnswers();
        await using var router = new Router(new RouterOptions { Prices = PricingTable.Current });
        router.AddProvider(held);
        var ordered = Peers.OrderedWithSpansAndMeters(held);
        using var source = new CancellationTokenSource();
        (string Name, Func<Task> Call)[] subjects =
        [
            ("provider itself", () => Orchestrator.Benchmarks.Calls.DrainAsync(held, Request)),
            ("ordered failover, spans and meters", () => ordered.GetResponseAsync(Messages)),
            ("router", () => router.RouteAsync(Request)),
            ("router, with a token that can be cancelled", () => router.RouteAsync(Request, source.Token)),
        ];
        var costs = subjects.Select(_ => new List<Waiting>()).ToArray();
        for (var round = -2; round < Rounds; round++)
        {
            for (var i = 0; i < subjects.Length; i++)
            {
                var cost = await InFlightAsync(held, subjects[i].Call);
                if (round >= 0)
                    costs[i].Add(cost);
            }
        }

        Table.Head($"A call that waits for its answer, {Calls:N0} in flight", "subject", "live bytes (bar ≤ 2,048)", "bytes in all",
            "processor, µs (bar ≤ 5)", "to begin, µs", "to end, µs");
        for (var i = 0; i < subjects.Length; i++)
        {
            Table.Row(subjects[i].Name, Of(costs[i], c => c.Live), Of(costs[i], c => c.Bytes), Of(costs[i], c => c.Begin + c.End, 2),
                Of(costs[i], c => c.Begin, 2), Of(costs[i], c => c.End, 2));
        }

        Table.Head("Calls in line for a permit", "calls", "live bytes", "drain, µs of processor a call", "drain, s");
        foreach (var calls in new[] { 10_000, 40_000 })
        {
            await DrainAsync(calls);
            var runs = new List<(double Live, double Processor, double Seconds)>();
            for (var i = 0; i < 5; i++)
                runs.Add(await DrainAsync(calls));
            Table.Row(Table.Number(calls), Table.Number(Cost.Middle([.. runs.Select(r => r.Live)])),
                Table.Number(Cost.Middle([.. runs.Select(r => r.Processor)]), 2),
                Table.Number(Cost.Middle([.. runs.Select(r => r.Seconds)]), 2));
        }
    }

    /// <summary>Calls that wait for their answers and nothing else, for a profiler.</summary>
    public static async Task<int> SpinAsync()
    {
        var held = new HeldAnswers();
        await using var router = new Router(new RouterOptions { Prices = PricingTable.Current });
        router.AddProvider(held);
        for (var round = 0; round < 40; round++)
        {
            var cost = await InFlightAsync(held, () => router.RouteAsync(Request));
            Console.WriteLine($"{cost.Begin:0.00} + {cost.End:0.00} µs");
        }

        return 0;
    }

    private static string Of(List<Waiting> costs, Func<Waiting, double> value, int digits = 0) =>
        Table.Number(Cost.Middle([.. costs.Select(value)]), digits);

    private static async Task<Waiting> InFlightAsync(HeldAnswers held, Func<Task> call)
    {
        held.Hold();
        var calls = new Task[Calls];
        var live = GC.GetTotalMemory(forceFullCollection: true);
        var bytes = GC.GetTotalAllocatedBytes();
        var start = Processor();
        for (var i = 0; i < Calls; i++)
            calls[i] = call();
        var begun = Processor() - start;
        live = GC.GetTotalMemory(forceFullCollection: true) - live;
        start = Processor();
        held.Release();
        await Task.WhenAll(calls);
        var ended = Processor() - start;
        return new Waiting((double)live / Calls, (double)(GC.GetTotalAllocatedBytes() - bytes) / Calls, begun / Calls, ended / Calls);
    }

    private static async Task<(double Live, double Processor, double Seconds)> DrainAsync(int count)
    {
        var held = new HeldAnswers(permits: 1);
        await using var router = new Router(new RouterOptions { Prices = PricingTable.Current });
        router.AddProvider(held);
        var calls = new Task[count];
        var live = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
            calls[i] = router.RouteAsync(Request);
        live = GC.GetTotalMemory(forceFullCollection: true) - live;
        var (start, started) = (Processor(), Stopwatch.GetTimestamp());
        held.Release();
        await Task.WhenAll(calls);
        return ((double)live / count, (Processor() - start) / count, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Processor time of the process, in µs.</summary>
    private static double Processor() => Environment.CpuUsage.TotalTime.TotalMicroseconds;

    private sealed record Waiting(double Live, double Bytes, double Begin, double End);
}
