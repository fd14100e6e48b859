namespace Orchestrator.Wall;

/// <summary>S08 to S11, S14: the primary's stream goes wrong on its way.</summary>
internal static class StreamScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfOneCall(
                "S08", "the stream dies after 40 of 60 words", Dies, static (_, answer, checks) => CheckCut(answer, checks));
            yield return Stalled;
            yield return WallScenario.OfOneCall(
                "S10",
                "the 10th event is invalid JSON, the rest is fine",
                world =>
                {
                    world.Primary.Enqueue(Fault.InsertEvent(world.Protocol.EventsOf(9), world.Protocol.BrokenEvent));
                    return true;
                },
                (world, answer, checks) =>
                {
                    checks.Advisory(answer.IsComplete, "not complete");
                    // A skipped event has to be reported.
                    if (answer is { IsComplete: true, Route.Provider.Name: "primary" } && world.PrimaryCount == 1)
                        checks.Required(world.Log.Lines.Any(l => l.Id == 111), "an event was skipped without a word");
                });
            yield return WallScenario.OfOneCall(
                "S11",
                "the final [DONE] is missing, the connection stays open",
                world =>
                {
                    if (world.Protocol.MissingEndMark is not { } fault)
                        return false;
                    world.Primary.Always = fault;
                    return true;
                },
                (_, answer, checks) =>
                {
                    checks.Required(answer.Took <= TimeSpan.FromSeconds(8), $"took {answer.Took.TotalSeconds:0.0} s, 8 allowed");
                    checks.Advisory(answer.SeenTokens > 0, "usage is missing");
                });
            yield return WallScenario.OfOneCall(
                "S14",
                "as S08, and the secondary rejects an assistant prefill",
                world =>
                {
                    world.Secondary.ChooseFault = request => world.Protocol.HasPrefill(request) ? world.Protocol.RefusesPrefill : null;
                    return Dies(world);
                },
                (_, answer, checks) =>
                {
                    checks.Required(answer.LlmError?.StatusCode != 400, "the prefill's 400 is the final error");
                    CheckCut(answer, checks);
                });
        }
    }

    // Of its own because the call after it belongs to it.
    private static WallScenario Stalled { get; } = new("S09", "stalls 30 s after 20 words, then closes", static async setting =>
    {
        const string id = "S09";
        var (world, checks) = (new WallWorld(setting), new WallChecks());
        await using (world.ConfigureAwait(false))
        {
            var events = world.Protocol.EventsOf(20);
            world.Primary.Enqueue(Fault.Pause(events, TimeSpan.FromSeconds(30)).And(Fault.CutAfterEvents(events)));
            var answer = await world.AskAsync().ConfigureAwait(false);
            checks.Required(answer.Took <= TimeSpan.FromSeconds(45), $"took {answer.Took.TotalSeconds:0.0} s, 45 allowed");
            CheckCut(answer, checks);
            var next = await world.AskAsync().ConfigureAwait(false);
            checks.Required(next.IsComplete, $"the next call: {next.Said}");
            await WallInvariants.CheckAsync(world, checks).ConfigureAwait(false);
            return WallScenario.Result(id, "stalls 30 s after 20 words, then closes", world, answer, checks,
                WallScenario.Judge(answer, checks, errorIsIdeal: false));
        }
    });

    private static bool Dies(WallWorld world)
    {
        world.Primary.Enqueue(Fault.CutAfterEvents(world.Protocol.EventsOf(40)));
        return true;
    }

    private static void CheckCut(WallAnswer answer, WallChecks checks)
    {
        checks.Required(answer.Error is not null || answer.IsComplete, "a cut answer was shown as a success");
        if (answer.LlmError is { } error)
            checks.Required(error.PartialText is { Length: > 0 } text && text == answer.Text, "the error does not hold the text so far");
    }
}
