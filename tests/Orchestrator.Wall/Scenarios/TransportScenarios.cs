using System.Text;

namespace Orchestrator.Wall;

/// <summary>
/// F: single faults of the transport, each with the kind of its error and the time within which the next provider is asked.
/// </summary>
internal static class TransportScenarios
{
    private const LlmErrorKind Unavailable = LlmErrorKind.Unavailable;
    private const LlmErrorKind Malformed = LlmErrorKind.MalformedResponse;
    private const LlmErrorKind Interrupted = LlmErrorKind.StreamInterrupted;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return AnswerScenarios.Cases("F11", "accepted, then reset; closed without an answer", _ =>
            [
                new("reset", Fault.ResetUnanswered(), Unavailable),
                new("closed", Fault.CloseUnanswered(), Unavailable),
            ]);
            yield return AnswerScenarios.Cases("F12", "ended in the middle of the head", _ =>
            [
                new("reset", Fault.CutHead(CutKind.Reset), Unavailable, Malformed),
                new("closed", Fault.CutHead(), Unavailable, Malformed),
            ]);
            yield return AnswerScenarios.Cases("F13", "reset in the body before the first word", p =>
                [new("reset", Fault.CutAfterEvents(p.EventsOf(0), CutKind.Reset), Unavailable, Malformed, Interrupted)]);
            yield return AnswerScenarios.Cases("F15", "cut: length, chunk, close-delimited", p =>
            [
                new("short length", Fault.WrongLength(500).And(Fault.CutAfterEvents(p.EventsOf(20))), Interrupted) { AfterCommit = true },
                new("short chunk", Fault.BadChunk(
                    p.EventsOf(20), "40\r\nhalf of what was promised"), Interrupted, Malformed) { AfterCommit = true },
                new("close-delimited", Fault.CloseDelimited().And(Fault.CutAfterEvents(p.EventsOf(20))),
                    Interrupted) { AfterCommit = true },
                new("before the first word", Fault.CloseDelimited().And(Fault.CutAfterEvents(p.EventsOf(0))), Interrupted, Malformed),
            ]);
            yield return AnswerScenarios.Cases("F17", "hangs in the middle of the stream", p =>
                [new("hang", Fault.Stall(p.EventsOf(20)),
                    LlmErrorKind.Timeout) { AfterCommit = true, Bound = TimeoutOptions.Default.Idle!.Value + Second }]);
            yield return AnswerScenarios.Cases("F19", "comments for ever", p =>
                [new("comments", Fault.Comments(0, Second),
                    LlmErrorKind.Timeout) { Bound = TimeoutOptions.Default.FirstToken!.Value + Second }]);
            yield return AnswerScenarios.Cases("F28", "204", _ => [new("204", Fault.NoContent(), Malformed)]);
            yield return AnswerScenarios.Cases("F30", "sent twice, and more after the end", p =>
            [
                new("twice", Fault.SentTwice()) { Bound = 3 * Second },
                new("nonsense after the end", Fault.InsertEvent(int.MaxValue, p.BrokenEvent)) { Bound = 3 * Second },
            ]);
            yield return AnswerScenarios.Cases("F33", "an encoding that lies; a brotli bomb", _ =>
            [
                new("lies", Fault.LyingEncoding(), Malformed, Interrupted, Unavailable),
                new("brotli bomb", Fault.HugeBody(1L << 30, BodyCoding.Brotli), Malformed) { Memory = 128 << 20, Bound = 15 * Second },
            ]);
            yield return AnswerScenarios.Cases("F36", "floods and nonsense in the head", p =>
            [
                new("header flood", Fault.HeaderFlood(), Malformed, Unavailable) { Memory = 32 << 20 },
                new("1xx flood", Fault.InformationalFlood(), Malformed, Unavailable) { Memory = 32 << 20, Bound = 15 * Second },
                new("huge status line", Fault.HugeStatusLine(), Malformed, Unavailable) { Memory = 32 << 20 },
                new("bad chunk size", Fault.BadChunk(p.EventsOf(0)), Malformed, Interrupted),
                new("HTTP/0.9", Fault.Raw(Encoding.ASCII.GetBytes("hello")), Malformed, Unavailable),
                new("an HTTP/2 preface", Fault.Raw(Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")), Malformed, Unavailable),
            ]);
            yield return AnswerScenarios.Cases("F43", "what loss on the line looks like: a pause after every word, and a long one", p =>
            [
                new("pauses", Fault.SlowEvents(Second / 5).And(Fault.Pause(p.EventsOf(20), 3 * Second))) { Bound = 20 * Second },
                new("a pause before the head", Fault.Delay(3 * Second)) { Bound = 4 * Second },
            ]);
            yield return AnswerScenarios.Cases("F44", "2 KB a second", _ =>
                [new("slow", Fault.Drip(200, Second / 10)) { Bound = 30 * Second, Always = true }]);
            yield return AnswerScenarios.Cases("F45", "pieces of 1 to 7 bytes", _ =>
                [.. Enumerable.Range(1, 7).Select(size => new FaultCase($"{size} bytes", Fault.Split(size)))]);
            yield return AnswerScenarios.Cases("F46", "events in every form the standard allows", _ =>
                [.. Enum.GetValues<SseForm>().Select(form => new FaultCase($"{form}", Fault.Sse(form)) { Bound = 3 * Second })]);
            foreach (var scenario in TlsScenarios.All.Concat(WayScenarios.All).Concat(StatusScenarios.All).Concat(HostScenarios.All))
                yield return scenario;
        }
    }
}
