using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace Orchestrator.Tests.Stress;

/// <summary>
/// Everything at once, by dice. <c>ORCHESTRATOR_STRESS_SEED</c> and <c>ORCHESTRATOR_STRESS_CALLS</c> repeat or lengthen a run: the dice of
/// every call fall the same again, what threads do in between does not.
/// </summary>
[Collection(StressCollection.Name)]
public class RandomCallsTests(ITestOutputHelper output)
{
    private const int Enough = 10_000;
    private readonly long _seed = Setting("ORCHESTRATOR_STRESS_SEED") ?? Random.Shared.NextInt64(int.MaxValue);
    private readonly int _calls = (int)(Setting("ORCHESTRATOR_STRESS_CALLS") ?? 100_000);

    [Fact]
    public async Task Random_concurrent_calls_keep_every_invariant()
    {
        var unobserved = new ConcurrentQueue<Exception>();
        void Keep(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += Keep;
        try
        {
            var part = _calls / 5;
            StressPlan Plan(int number, RoutingStrategy strategy) => new(_seed + number, strategy, part);
            await RunAsync(Plan(0, RoutingStrategy.RoundRobin));
            await RunAsync(Plan(
                1, RoutingStrategy.Random) with
            { ListChanges = true, MidStream = MidStreamMode.Restart, MaxAttempts = 10 });
            await RunAsync(Plan(2, RoutingStrategy.FirstAvailable) with { ListChanges = true, RefusalAction = RefusalAction.NextProvider });
            await RunAsync(Plan(3, RoutingStrategy.BestAvailable) with { ListChanges = true, MaxAttempts = 8 });
            await RunAsync(Plan(4, RoutingStrategy.RoundRobin) with { Permits = 2, MidStream = MidStreamMode.Restart, MaxAttempts = 8 });
            Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Keep;
        }

        // Other tests of this process may leave some behind; those of this one say so.
        unobserved.Select(e => e.ToString()).Where(e => e.Contains("scripted", StringComparison.Ordinal)).Should().BeEmpty(Seeded);
    }

    private string Seeded =>
        string.Create(CultureInfo.InvariantCulture, $"of ORCHESTRATOR_STRESS_SEED={_seed} ORCHESTRATOR_STRESS_CALLS={_calls}");

    private static long? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private static long Changes(StressRun run, string state) =>
        run.ProviderNames.Sum(name => run.Log.Changes($"llm_provider_{state}", name));

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
        var changes = string.Join(
            ", ", new[] { "ejected", "trial", "available", "excluded" }.Select(state => $"{Changes(run, state)} {state}"));
        output.WriteLine(
            $"{plan.Strategy}: {plan.Calls} calls in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, {run.Log.Lines} "
            + $"log lines, seed {plan.Seed}");
        output.WriteLine(
            $"  {run.Total.Failovers} failovers, {run.Total.Retries} retries, {run.Total.Trials} trials, {run.Total.Waits} "
            + $"waits, {run.Total.NoCandidates} calls that no provider could serve; {changes}");
        string.Join('\n', run.Complaints).Should().BeEmpty(Seeded);
        if (plan.Calls < Enough)
            return;
        // What never happened was not audited.
        run.Total.Trials.Should().BePositive(Seeded);
        (run.Total.Retries > 0 || plan.MaxAttempts is null).Should().BeTrue(Seeded);
        (run.Total.Waits > 0 || plan.Permits is null).Should().BeTrue(Seeded);
        Changes(run, "ejected").Should().BePositive(Seeded);
        Changes(run, "excluded").Should().BePositive(Seeded);
    }
}
