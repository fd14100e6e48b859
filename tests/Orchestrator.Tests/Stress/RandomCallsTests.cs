using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace Orchestrator.Tests.Stress;

/// <summary>
/// Everything at once, by dice. <c>ORCHESTRATOR_STRESS_SEED</c> and <c>ORCHESTRATOR_STRESS_CALLS</c> repeat or lengthen a run: the dice of every
/// call fall the same again, what threads do in between does not.
/// </summary>
[Collection(StressCollection.Name)]
public class RandomCallsTests(ITestOutputHelper output)
{
    private readonly long _seed = Setting("ORCHESTRATOR_STRESS_SEED") ?? Random.Shared.NextInt64(int.MaxValue);
    private readonly int _calls = (int)(Setting("ORCHESTRATOR_STRESS_CALLS") ?? 200_000);

    [Fact]
    public async Task Two_hundred_thousand_random_concurrent_calls_keep_every_invariant()
    {
        var unobserved = new ConcurrentQueue<Exception>();
        void Keep(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += Keep;
        try
        {
            var quarter = _calls / 4;
            await RunAsync(new StressPlan(_seed, RoutingStrategy.RoundRobin, quarter));
            await RunAsync(new StressPlan(_seed + 1, RoutingStrategy.Random, quarter) { ListChanges = true, MidStream = MidStreamMode.Restart });
            await RunAsync(new StressPlan(_seed + 2, RoutingStrategy.FirstAvailable, quarter) { ListChanges = true, OnRefusal = RefusalAction.NextProvider });
            await RunAsync(new StressPlan(_seed + 3, RoutingStrategy.BestAvailable, quarter) { ListChanges = true });
            Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Keep;
        }

        // Other tests of this process may leave some behind; those of this one say so.
        unobserved.Select(e => e.ToString()).Where(e => e.Contains("scripted", StringComparison.Ordinal)).Should().BeEmpty(Seeded);
    }

    private string Seeded => string.Create(CultureInfo.InvariantCulture, $"of ORCHESTRATOR_STRESS_SEED={_seed} ORCHESTRATOR_STRESS_CALLS={_calls}");

    private static long? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private async Task RunAsync(StressPlan plan)
    {
        var started = TimeProvider.System.GetTimestamp();
        var run = new StressRun(plan);
        await run.RunAsync().WaitAsync(TimeSpan.FromMinutes(5));
        output.WriteLine($"{plan.Strategy}: {plan.Calls} calls in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, {run.Log.Lines} log lines, seed {plan.Seed}");
        string.Join('\n', run.Complaints).Should().BeEmpty(Seeded);
    }
}
