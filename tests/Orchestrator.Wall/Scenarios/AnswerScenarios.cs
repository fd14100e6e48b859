namespace Orchestrator.Wall;

/// <summary>N02 to N08: what comes is no answer, or one in an odd form.</summary>
internal static class AnswerScenarios
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return Cases("N02", "reset in the middle of the body", p =>
            [
                // A reset may overtake the bytes before it; the pause lets them arrive.
                new("reset after 20 words", Fault.Pause(p.EventsOf(20), Second).And(Fault.CutAfterEvents(p.EventsOf(20), CutKind.Reset)),
                    LlmErrorKind.StreamInterrupted) { AfterCommit = true, Bound = 2 * Second },
            ]);
            yield return Cases("N03", "200 that is no answer", p =>
            [
                new("an HTML page", Fault.Html(200), LlmErrorKind.MalformedResponse),
                new("an error", Fault.ErrorUnder200(), LlmErrorKind.MalformedResponse, LlmErrorKind.ServerError),
                new("an empty body", Fault.Empty200(), LlmErrorKind.MalformedResponse),
                new("an empty stream", Fault.CutAfterEvents(0, CutKind.Clean), LlmErrorKind.MalformedResponse),
            ]);
            yield return Cases("N04", "an error inside a stream", p =>
            [
                new("before the first word", Fault.ErrorEvent(p.EventsOf(0)), LlmErrorKind.ServerError),
                new("after 20 words", Fault.ErrorEvent(p.EventsOf(20)), LlmErrorKind.ServerError) { AfterCommit = true },
                new("a rate limit before the first word", Fault.ErrorEvent(p.EventsOf(0), LlmErrorKind.RateLimited),
                    LlmErrorKind.RateLimited),
                new("a rate limit after 20 words", Fault.ErrorEvent(p.EventsOf(20), LlmErrorKind.RateLimited),
                    LlmErrorKind.RateLimited) { AfterCommit = true },
            ]);
            yield return WallScenario.OfMany("N05", "split at every byte", SplitAsync);
            yield return WallScenario.OfMany("N06", "odd values", OddAsync);
            yield return Cases("N07", "more than a client should hold", p =>
            [
                new("a body of 1 GB", Fault.HugeBody(1L << 30), LlmErrorKind.MalformedResponse) { Memory = 96 << 20, Bound = 15 * Second },
                new("a line of 64 MB", Fault.HugeLine(64L << 20),
                    LlmErrorKind.MalformedResponse) { Memory = 64 << 20, Bound = 15 * Second },
                new("an endless stream", Fault.InsertEvent(0, p.EmptyEvent).And(Fault.RepeatEvent(0)), LlmErrorKind.MalformedResponse,
                    LlmErrorKind.Timeout) { Memory = 96 << 20, Bound = 15 * Second },
                new("a gzip bomb", Fault.HugeBody(1L << 32, BodyCoding.Gzip),
                    LlmErrorKind.MalformedResponse) { Memory = 128 << 20, Bound = 15 * Second },
            ]) with
            { Modes = [WallMode.Buffered, WallMode.Live] };
            yield return WallScenario.OfMany("N08", "a drip of one byte a second", DripAsync);
        }
    }

    public static WallScenario Cases(string id, string title, Func<IWallProtocol, IEnumerable<FaultCase>> cases) =>
        WallScenario.OfMany(id, title, async (setting, checks, tally) =>
        {
            foreach (var one in cases(setting.Protocol))
                await one.RunAsync(setting, checks, tally).ConfigureAwait(false);
        });

    private static async Task SplitAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        foreach (var fault in new[] { Fault.Split(1), Fault.Chunks(1), Fault.Split(7) })
        {
            var world = new WallWorld(setting);
            await using (world.ConfigureAwait(false))
            {
                world.Primary.Enqueue(new FakeReply(WallText.Wide), fault);
                var answer = await world.AskAsync().ConfigureAwait(false);
                checks.Required(answer.Error is null && answer.Text == WallText.Wide, $"{fault}: {answer.Said}");
                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
    }

    private static async Task OddAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        foreach (var odd in setting.Protocol.OddStreams)
        {
            var world = new WallWorld(setting);
            await using (world.ConfigureAwait(false))
            {
                world.Primary.Enqueue(Fault.Stream(odd.Body));
                var answer = await world.AskAsync().ConfigureAwait(false);
                checks.Required(answer.Error is null or LlmException { Kind: not LlmErrorKind.Unknown },
                    $"{odd.Name}: {answer.Error?.GetType().Name} {answer.Said}");
                checks.Required(world.Ledger.Attempts.All(a => a.Error?.Kind != LlmErrorKind.Unknown), $"{odd.Name}: an error of no kind");
                if (odd.Text is not null)
                    checks.Required(answer.Text == odd.Text, $"{odd.Name}: {answer.Said}");
                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// From the first byte of the head; and from the first of the body. Beside another provider the first-token limit ends it, alone the
    /// attempt's.
    /// </summary>
    private static async Task DripAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        foreach (var alone in new[] { false, true })
        {
            foreach (var fault in new[] { Fault.Drip(1, Second), Fault.Custom(DripBodyAsync) })
            {
                var world = new WallWorld(setting, alone: alone);
                await using (world.ConfigureAwait(false))
                {
                    world.Primary.Always = fault;
                    var answer = await world.AskAsync().ConfigureAwait(false);
                    var limit = (alone ? TimeoutOptions.Default.Attempt!.Value : TimeoutOptions.Default.FirstToken!.Value) + 2 * Second;
                    checks.Required(answer.Took <= limit, $"{fault}: took {answer.Took.TotalSeconds:0} s");
                    checks.Required(alone ? answer.LlmError?.Kind == LlmErrorKind.Timeout : answer.IsComplete, $"{fault}: {answer.Said}");
                    await tally.CloseAsync(world, checks).ConfigureAwait(false);
                }
            }
        }
    }

    private static async Task DripBodyAsync(FaultConnection connection)
    {
        await connection.WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n").ConfigureAwait(false);
        foreach (var letter in "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
            + "\"finish_reason\":null,\"x\":\""
                + new string('a', 500))
        {
            await connection.WriteAsync($"1\r\n{letter}\r\n").ConfigureAwait(false);
            await connection.DelayAsync(Second).ConfigureAwait(false);
        }
    }
}
