namespace Orchestrator.Wall;

/// <summary>One fault, and how it is judged.</summary>
/// <param name="Id">S, N or F with its number.</param>
/// <param name="Title">What goes wrong.</param>
/// <param name="RunAsync">Runs it once.</param>
internal sealed record WallScenario(string Id, string Title, Func<WallSetting, Task<WallResult>> RunAsync)
{
    /// <summary>The modes in which it says something.</summary>
    public IReadOnlyList<WallMode> Modes { get; init; } = WallModes.All;

    public override string ToString() => Id;

    /// <summary>A scenario of one call: the primary goes wrong, the caller asks once.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="title">What goes wrong.</param>
    /// <param name="arrange">Tells the servers what to do. False when the protocol has no such fault.</param>
    /// <param name="check">Looks at what came of it.</param>
    /// <param name="errorIsIdeal">Whether the error is the wanted outcome and an answer only partial.</param>
    public static WallScenario OfOneCall(
        string id, string title, Func<WallWorld, bool> arrange, Action<WallWorld, WallAnswer, WallChecks> check,
        bool errorIsIdeal = false) =>
        new(id, title, async setting =>
        {
            var world = new WallWorld(setting);
            await using (world.ConfigureAwait(false))
            {
                if (!arrange(world))
                    return new WallResult(
                        id, title, setting.Mode, WallVerdict.Skipped, 0, 0, 0, $"{setting.Protocol.Name} has no such fault");
                var checks = new WallChecks();
                var answer = await world.AskAsync().ConfigureAwait(false);
                check(world, answer, checks);
                await WallInvariants.CheckAsync(world, checks).ConfigureAwait(false);
                return Result(id, title, world, answer, checks, Judge(answer, checks, errorIsIdeal));
            }
        });

    /// <summary>A scenario that is its own judge: whatever check is broken makes it fail.</summary>
    public static WallScenario OfMany(
        string id, string title, Func<WallSetting, WallChecks, WallTally, Task> run, params WallMode[] modes) =>
        new(id, title, async setting =>
        {
            var (checks, tally) = (new WallChecks(), new WallTally());
            var begun = setting.Clock.Elapsed;
            await run(setting, checks, tally).ConfigureAwait(false);
            var verdict = tally.Skipped is not null ? WallVerdict.Skipped : checks.Broken.Count > 0 ? WallVerdict.Fail : WallVerdict.Pass;
            return new WallResult(id, title, setting.Mode, verdict, tally.Primary, tally.Secondary,
                (setting.Clock.Elapsed - begun).TotalSeconds, tally.Skipped ?? (checks.Note is { Length: > 0 } note ? note : tally.Note));
        })
        {
            Modes = modes.Length > 0 ? modes : WallModes.All,
        };

    public static WallResult Result(
        string id, string title, WallWorld world, WallAnswer answer, WallChecks checks, WallVerdict verdict) => new(
        id,
        title,
        world.Setting.Mode,
        verdict,
        world.PrimaryCount,
        world.SecondaryCount,
        answer.Took.TotalSeconds,
        checks.Note is { Length: > 0 } note ? $"{answer.Said}; {note}" : answer.Said,
        checks.Missed.Count > 0);

    public static WallVerdict Judge(WallAnswer answer, WallChecks checks, bool errorIsIdeal)
    {
        if (answer.Hung || checks.Broken.Count > 0)
            return WallVerdict.Fail;
        if (answer.Error is not null)
            return !answer.IsClear ? WallVerdict.Fail : errorIsIdeal ? WallVerdict.Pass : WallVerdict.Safe;
        // A cut answer that looks like a whole one is the worst there is.
        if (!answer.IsComplete)
            return WallVerdict.Fail;
        return checks.Weak.Count > 0 || errorIsIdeal ? WallVerdict.Partial : WallVerdict.Pass;
    }
}
