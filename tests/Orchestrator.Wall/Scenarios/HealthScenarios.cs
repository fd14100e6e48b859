namespace Orchestrator.Wall;

/// <summary>N14, N15, N16, N19: how providers come back.</summary>
internal static class HealthScenarios
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // The longest cool-down of the first ten minutes, and the spread of its jitter.
    private static readonly TimeSpan LongestCoolDown = TimeSpan.FromSeconds(15);

    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("N14", "the clock jumps an hour, forward and back", StepAsync);
            yield return WallScenario.OfMany("N15", "200 calls while a trial is due", TrialAsync);
            yield return WallScenario.OfMany("N16", "all are down, then one recovers", AllDownAsync);
            yield return WallScenario.OfMany("N19", "the primary flaps: 2 s up, 2 s down", FlapAsync);
        }
    }

    private static async Task StepAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        foreach (var step in new[] { Hour, -Hour })
        {
            var world = new WallWorld(setting);
            await using (world.ConfigureAwait(false))
            {
                // In the middle of a stream.
                world.Primary.Enqueue(Fault.Pause(setting.Protocol.EventsOf(20), 2 * Second));
                var asking = world.AskAsync();
                await world.Clock.DelayAsync(Second).ConfigureAwait(false);
                world.Clock.Step(step);
                var answer = await asking.ConfigureAwait(false);
                checks.Required(
                    answer.IsComplete || step > TimeSpan.Zero && answer.LlmError?.Kind == LlmErrorKind.Timeout, $"{step}: {answer.Said}");

                // With the primary out; it is fine again at once.
                world.Primary.Always = Fault.Status(503);
                for (var i = 0; i < 5; i++)
                    checks.Required((await world.AskAsync().ConfigureAwait(false)).IsComplete, $"{step}: a call of the outage was lost");
                world.Primary.Always = null;
                world.Clock.Step(step);
                var back = false;
                // By the timers' own count no more than two cool-downs and the window.
                for (var i = 0; i < 100 && !back; i++)
                {
                    await world.Clock.DelayAsync(Second).ConfigureAwait(false);
                    var one = await world.AskAsync().ConfigureAwait(false);
                    checks.Required(one.IsComplete, $"{step}: {one.Said}");
                    back = one.Route?.Provider.Name == "primary";
                }

                checks.Required(back, $"{step}: the primary is stuck out");
                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
    }

    private static async Task TrialAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        const int calls = 200;
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Always = Fault.Status(503);
            // More than enough to be ejected, close together.
            for (var i = 0; i < 5; i++)
                checks.Required((await world.AskAsync().ConfigureAwait(false)).IsComplete, "a call of the outage was lost");
            await world.Clock.DelayAsync(LongestCoolDown * 1.2 + Second).ConfigureAwait(false);
            // Slow and well: the one trial is under way while all the others come.
            world.Primary.Always = Fault.Delay(2 * Second);
            var (primary, secondary) = (world.PrimaryCount, world.SecondaryCount);
            var answers = await Task.WhenAll(Enumerable.Range(0, calls).Select(_ => world.AskAsync())).ConfigureAwait(false);
            primary = world.PrimaryCount - primary;
            secondary = world.SecondaryCount - secondary;
            checks.Required(answers.All(a => a.IsComplete), $"{answers.Count(a => !a.IsComplete)} calls were lost");
            checks.Required(primary == 1 && secondary == calls - 1, $"{primary} trials, {secondary} elsewhere");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    private static async Task AllDownAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var world = new WallWorld(setting);
        await using (world.ConfigureAwait(false))
        {
            world.Primary.Always = world.Secondary.Always = Fault.Status(503);
            var begun = world.Clock.Elapsed;
            const int calls = 120;
            for (var i = 0; i < calls; i++)
            {
                await world.Clock.UntilAsync(begun + i * Second / 2).ConfigureAwait(false);
                var down = await world.AskAsync().ConfigureAwait(false);
                checks.Required(down.IsClear && !down.Hung, $"while all were down: {down.Said}");
            }

            var outage = (world.Clock.Elapsed - begun).TotalSeconds;
            var attempts = world.PrimaryCount + world.SecondaryCount;
            // One free attempt a call, the failovers of the first calls before a provider is ejected, and the budget.
            var most = (int)(calls * 1.2 + 10 * outage) + 12;
            checks.Required(attempts <= most, $"{attempts} attempts for {calls} calls while all were down, {most} allowed");
            world.Secondary.Always = null;
            var recovered = world.Clock.Elapsed;
            WallAnswer answer;
            do
            {
                await world.Clock.DelayAsync(Second / 2).ConfigureAwait(false);
                answer = await world.AskAsync().ConfigureAwait(false);
            }
            while (!answer.IsComplete && world.Clock.Elapsed - recovered < TimeSpan.FromMinutes(2));
            var back = world.Clock.Elapsed - recovered;
            checks.Required(back <= LongestCoolDown * 1.2, $"back {back.TotalSeconds:0.0} s after the recovery");
            tally.Note = FormattableString.Invariant(
                $"{attempts} attempts for {calls} calls in {outage:0} s, back after {back.TotalSeconds:0.0} s");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    /// <summary>Twenty calls a second for twenty seconds, whether the ones before have ended or not.</summary>
    private static async Task FlapAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        const int calls = 400;
        (Fault Fault, TimeSpan Bound)[] cases =
        [
            (Fault.ResetUnanswered(), 2 * Second), (Fault.Status(500), 2 * Second),
            (Fault.Hang(), TimeoutOptions.Default.FirstToken!.Value + 2 * Second),
        ];
        foreach (var (fault, bound) in cases)
        {
            var world = new WallWorld(setting);
            await using (world.ConfigureAwait(false))
            {
                var begun = world.Clock.Elapsed;
                world.Primary.ChooseFault = _ => (int)((world.Clock.Elapsed - begun) / (2 * Second)) % 2 == 1 ? fault : null;
                var asking = new List<Task<WallAnswer>>();
                for (var i = 0; i < calls; i++)
                {
                    await world.Clock.UntilAsync(begun + i * Second / 20).ConfigureAwait(false);
                    asking.Add(world.AskAsync());
                }

                var answers = await Task.WhenAll(asking).ConfigureAwait(false);
                foreach (var lost in answers.Where(a => !a.IsComplete).Select(a => a.Said).Distinct())
                    checks.Required(false, $"{fault}: a call was lost: {lost}");
                var slowest = answers.Max(a => a.Took);
                checks.Required(
                    slowest <= bound, $"{fault}: the slowest call took {slowest.TotalSeconds:0.0} s, {bound.TotalSeconds:0} allowed");
                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
    }
}
