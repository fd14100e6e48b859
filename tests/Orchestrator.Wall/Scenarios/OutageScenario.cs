using System.Globalization;

namespace Orchestrator.Wall;

/// <summary>S15: the primary is out for a minute while a call comes every four seconds.</summary>
internal static class OutageScenario
{
    public const int Calls = 20;
    public const int CallsInOutage = 15;
    public const int MostAttempts = 9;
    private const string Title = "503 for 60 s, a request every 4 s, 20 in all";
    public static readonly TimeSpan Outage = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(4);
    public static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(15);

    public static WallScenario Scenario { get; } = new("S15", Title, async setting =>
    {
        var (world, checks) = (new WallWorld(setting), new WallChecks());
        await using (world.ConfigureAwait(false))
        {
            var clock = world.Clock;
            var begun = clock.Elapsed;
            world.Primary.ChooseFault = _ => clock.Elapsed - begun < Outage ? Fault.Status(503) : null;
            WallAnswer answer = null!;
            for (var i = 0; i < Calls; i++)
            {
                await clock.UntilAsync(begun + i * Every).ConfigureAwait(false);
                var one = await world.AskAsync().ConfigureAwait(false);
                checks.Required(one.IsComplete, $"call {i + 1}: {one.Said}");
                answer = answer is null || one.Took > answer.Took ? one : answer;
            }

            Judge(world.PrimaryTimes, checks, out var note);
            await WallInvariants.CheckAsync(world, checks).ConfigureAwait(false);
            var verdict = checks.Broken.Count > 0 ? WallVerdict.Fail : WallVerdict.Pass;
            return new WallResult(
                "S15", Title, setting.Mode, verdict, world.PrimaryCount, world.SecondaryCount, answer.Took.TotalSeconds,
                checks.Note is { Length: > 0 } broken ? $"{note}; {broken}" : note, checks.Missed.Count > 0);
        }
    });

    /// <summary>Judges when the primary was asked, in seconds since the outage began.</summary>
    public static void Judge(IReadOnlyList<TimeSpan> times, WallChecks checks, out string note)
    {
        var during = times.Count(t => t < Outage);
        var after = times.Where(t => t >= Outage).Select(t => t - Outage).ToList();
        checks.Required(during <= CallsInOutage, $"{during} attempts on the primary in its outage, {CallsInOutage} allowed");
        checks.Required(after.Count > 0 && after[0] <= TimeSpan.FromSeconds(30), "not back within 30 s of the recovery");
        checks.Ours(during <= MostAttempts, $"{during} attempts on the primary in its outage, {MostAttempts} promised");
        checks.Ours(after.Count > 0 && after[0] <= LongestReturn, $"not back within {LongestReturn.TotalSeconds:0} s of the recovery");
        note = string.Create(CultureInfo.InvariantCulture,
            $"{during}/{CallsInOutage} attempts in the outage, back after "
            + $"{(after.Count > 0 ? $"{after[0].TotalSeconds:0.0} s" : "never")}");
    }
}
