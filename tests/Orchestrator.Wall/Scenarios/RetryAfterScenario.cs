using System.Globalization;

namespace Orchestrator.Wall;

/// <summary>N11: every way to say when to come back.</summary>
internal static class RetryAfterScenario
{
    public static WallScenario Scenario { get; } = WallScenario.OfMany("N11", "Retry-After in every form", async (setting, checks, tally) =>
    {
        // Waited for: short enough to be worth it.
        await WaitedAsync(setting, checks, tally, "2 s", _ => Fault.RateLimited("2"), 2, 3).ConfigureAwait(false);
        await WaitedAsync(setting, checks, tally, "1500 ms", _ => Fault.RateLimited(retryAfterMs: "1500"), 1.5, 2.5).ConfigureAwait(false);
        await WaitedAsync(
            setting, checks, tally, "a date in 2 s", now => Fault.RateLimited(Date(now.AddSeconds(2))), 1, 3).ConfigureAwait(false);
        await WaitedAsync(setting, checks, tally, "0", _ => Fault.RateLimited("0"), 0, 1).ConfigureAwait(false);
        // Not waited for, but believed: no call asks there until then.
        await ExcludedAsync(setting, checks, tally, "30 s", _ => Fault.RateLimited("30"), 30).ConfigureAwait(false);
        await ExcludedAsync(
            setting, checks, tally, "a date in 30 s", now => Fault.RateLimited(Date(now.AddSeconds(30))), 30).ConfigureAwait(false);
        // One day is not believed for longer than a minute.
        await ExcludedAsync(setting, checks, tally, "a day", _ => Fault.RateLimited("86400"), 60).ConfigureAwait(false);
        // Nonsense says nothing, and neither do the words: some vendors' own tell a time.
        foreach (var nonsense in new[] { "-5", "soon", "5, 10", "" })
            await ExcludedAsync(setting, checks, tally, $"'{nonsense}'", _ => Fault.Error(
                LlmErrorKind.RateLimited, "too many requests").And(Fault.Header("Retry-After", nonsense)), 0).ConfigureAwait(false);
    });

    private static async Task WaitedAsync(
        WallSetting setting, WallChecks checks, WallTally tally, string what, Func<DateTimeOffset, Fault> fault, double from, double to)
    {
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Enqueue(fault(world.Clock.GetUtcNow()));
            var answer = await world.AskAsync().ConfigureAwait(false);
            var times = world.PrimaryTimes;
            checks.Required(answer.IsComplete, $"{what}: {answer.Said}");
            var waited = times.Count > 1 ? (times[1] - times[0]).TotalSeconds : -1;
            // A date has whole seconds, and a little jitter on top is good manners.
            checks.Required(waited >= from - 0.001 && waited <= to + (world.Clock.IsReal ? 1 : 0),
                string.Create(CultureInfo.InvariantCulture,
                    $"{what}: {(waited < 0 ? "the primary was not asked again" : $"asked again after {waited:0.00} s")}"));
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static async Task ExcludedAsync(
        WallSetting setting, WallChecks checks, WallTally tally, string what, Func<DateTimeOffset, Fault> fault, double seconds)
    {
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Enqueue(fault(world.Clock.GetUtcNow()));
            var first = await world.AskAsync().ConfigureAwait(false);
            var begun = world.Clock.Elapsed;
            checks.Required(first is { IsComplete: true, Route.Provider.Name: "secondary" } && first.Took < TimeSpan.FromSeconds(1),
                $"{what}: {first.Said} after {first.Took.TotalSeconds:0.0} s");
            checks.Required(world.PrimaryCount == 1, $"{what}: {world.PrimaryCount} attempts on the primary");
            if (seconds > 2)
            {
                await world.Clock.UntilAsync(begun + TimeSpan.FromSeconds(seconds - 2)).ConfigureAwait(false);
                var early = await world.AskAsync().ConfigureAwait(false);
                checks.Required(early is { IsComplete: true, Route.Provider.Name: "secondary" } && world.PrimaryCount == 1,
                    $"{what}: asked before it was over");
            }

            await world.Clock.UntilAsync(begun + TimeSpan.FromSeconds(seconds + 1)).ConfigureAwait(false);
            var late = await world.AskAsync().ConfigureAwait(false);
            checks.Required(late is { IsComplete: true, Route.Provider.Name: "primary" }, $"{what}: not asked again when it was over");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static string Date(DateTimeOffset at) => at.ToString("R", CultureInfo.InvariantCulture);
}
