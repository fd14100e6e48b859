using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Wall;

/// <summary>S15 over many seeds of the jitter, without sockets: the same script and the same judge.</summary>
internal static class OutageSeeds
{
    /// <summary>What the seeds came to.</summary>
    /// <param name="Seeds">How many were run.</param>
    /// <param name="MostAttempts">The most attempts on the primary in its outage.</param>
    /// <param name="LongestReturn">The longest time from the recovery to the primary's next call, in seconds.</param>
    /// <param name="Faults">What was broken or promised and not kept, with its seed.</param>
    internal sealed record Outcome(int Seeds, int MostAttempts, double LongestReturn, IReadOnlyList<string> Faults)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"S15 over {Seeds} seeds: at most {MostAttempts} attempts in the outage, back after at most {LongestReturn:0.0} s"
            + $"{(Faults.Count > 0 ? $"; {Faults.Count} faults, the first: {Faults[0]}" : "")}");
    }

    public static Outcome Run(int seeds)
    {
        var (most, longest) = (0, 0.0);
        var faults = new List<string>();
        for (var seed = 0; seed < seeds; seed++)
        {
            var (times, checks) = RunOne(seed);
            OutageScenario.Judge(times, checks, out _);
            most = Math.Max(most, times.Count(t => t < OutageScenario.Outage));
            var after = times.Where(t => t >= OutageScenario.Outage).Select(t => t - OutageScenario.Outage)
                .FirstOrDefault(TimeSpan.MaxValue);
            longest = Math.Max(longest, after.TotalSeconds);
            faults.AddRange(checks.Broken.Concat(checks.Missed).Select(f => $"seed {seed}: {f}"));
        }

        return new Outcome(seeds, most, longest, faults);
    }

    private static (IReadOnlyList<TimeSpan> Times, WallChecks Checks) RunOne(int seed)
    {
        using var clock = new ManualClock();
        var checks = new WallChecks();
        var primary = new InProcess("primary", clock, OutageScenario.Outage);
        using var router = new Router(
            new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, Random = new Random(seed) }, timeProvider: clock);
        router.AddProvider(primary).AddProvider(new InProcess("secondary", clock, TimeSpan.Zero));
        for (var i = 0; i < OutageScenario.Calls; i++)
        {
            clock.AdvanceTo(i * OutageScenario.Every);
            var call = router.RouteAsync("hello");
            // Waits between attempts are the only ones there are.
            while (!call.IsCompleted && clock.FireNext())
            {
            }

            checks.Required(
                call.IsCompletedSuccessfully, $"call {i + 1}: {call.Exception?.InnerException?.GetType().Name ?? "did not end"}");
        }

        return (primary.Times, checks);
    }

    private sealed class InProcess(string name, WallClock clock, TimeSpan outage) : ILlmProvider
    {
        public List<TimeSpan> Times { get; } = [];

        public ProviderInfo Info { get; } = new(name, "wall", $"model-{name}");

        public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
            LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask.ConfigureAwait(false);
            var now = clock.Elapsed;
            Times.Add(now);
            if (now < outage)
                throw new LlmException(LlmErrorKind.Unavailable, $"{name} is out.") { StatusCode = 503 };
            yield return new ChatResponseUpdate(ChatRole.Assistant, "fine") { FinishReason = ChatFinishReason.Stop };
        }
    }
}
