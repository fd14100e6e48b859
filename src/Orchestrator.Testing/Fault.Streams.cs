using System.Text;

namespace Orchestrator.Testing;

public sealed partial class Fault
{
    /// <summary>The answer ends after a number of events.</summary>
    /// <param name="events">How many events are sent whole.</param>
    /// <param name="how">How it ends.</param>
    /// <returns>The fault.</returns>
    public static Fault CutAfterEvents(int events, CutKind how = CutKind.Close) => Of($"cut after {events} events ({how})", (plan, _) =>
    {
        plan.EventLimit = events;
        plan.End = how;
    });

    /// <summary>The answer ends after a number of bytes of its body.</summary>
    /// <param name="bytes">How many bytes are sent, counted after compression and before chunking.</param>
    /// <param name="how">How it ends.</param>
    /// <returns>The fault.</returns>
    public static Fault CutAfterBytes(long bytes, CutKind how = CutKind.Close) => Of($"cut after {bytes} bytes ({how})", (plan, _) =>
    {
        plan.ByteLimit = bytes;
        plan.End = how;
    });

    /// <summary>Silence after a number of events, until the client leaves.</summary>
    /// <param name="events">How many events are sent; 0 for the head of the answer only.</param>
    /// <returns>The fault.</returns>
    public static Fault Stall(int events = 0) => CutAfterEvents(events, CutKind.Stall);

    /// <summary>Silence before the head of the answer, until the client leaves.</summary>
    /// <returns>The fault.</returns>
    public static Fault Hang() => Of($"hang", (plan, _) => plan.Instead = static connection => connection.StallAsync());

    /// <summary>The last events are missing though the body ends properly: a <c>[DONE]</c> or <c>done</c> line that never came.</summary>
    /// <param name="events">How many events are missing.</param>
    /// <returns>The fault.</returns>
    public static Fault MissingTerminator(int events = 1) =>
        Of($"last {events} events missing", (plan, _) => plan.Body = plan.Body.SkipLast(events));

    /// <summary>
    /// The vendor's error inside a stream, after which the stream ends; on an answer that is not streamed, its error with a status.
    /// </summary>
    /// <param name="events">How many events come before it.</param>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">Other words than the vendor's own.</param>
    /// <returns>The fault.</returns>
    public static Fault ErrorEvent(int events, LlmErrorKind kind = LlmErrorKind.ServerError, string? message = null) =>
        Of($"{kind} after {events} events", (plan, context) =>
        {
            if (!plan.Streamed)
                Say(plan, context, kind, message);
            else
                plan.Body = plan.Body.Take(events).Concat(context.Server.ErrorEvents(kind, message, context.Request));
        });

    /// <summary>An event whose JSON breaks off in its middle, though its line ends properly.</summary>
    /// <param name="index">Which event, from 0.</param>
    /// <returns>The fault.</returns>
    public static Fault MalformedEvent(int index) =>
        Of($"event {index} malformed", (plan, _) => plan.Body = plan.Body.Select((e, i) => i == index ? Halved(e) : e));

    /// <summary>An event of your own, line ends included.</summary>
    /// <param name="index">Before which event, from 0; beyond the last one it comes at the end.</param>
    /// <param name="raw">The text as it is sent.</param>
    /// <returns>The fault.</returns>
    public static Fault InsertEvent(int index, string raw) => Of($"insert before event {index}", (plan, _) =>
    {
        var events = plan.Body;
        plan.Body = events.Take(index).Append(Encoding.UTF8.GetBytes(raw)).Concat(events.Skip(index));
    });

    /// <summary>The same events once more after the end.</summary>
    /// <returns>The fault.</returns>
    public static Fault SentTwice() => Of($"sent twice", (plan, _) => plan.Body = plan.Body.Concat(plan.Body));

    /// <summary>Server-sent events written in other ways that the standard, or habit, allows. No effect on other bodies.</summary>
    /// <param name="form">The ways, joined.</param>
    /// <returns>The fault.</returns>
    public static Fault Sse(SseForm form) => Of($"events with {form}", (plan, context) =>
    {
        if (plan.Streamed && context.Server.StreamType.StartsWith("text/event-stream", StringComparison.Ordinal))
            plan.Body = SseForms.Apply(plan.Body, form);
    });

    /// <summary>A pause before the first byte, as of a queue or a model that is being loaded.</summary>
    /// <param name="time">How long.</param>
    /// <returns>The fault.</returns>
    public static Fault Delay(TimeSpan time) => Of($"delay {time}", (plan, _) => plan.HeadDelay = time);

    /// <summary>A pause after each event.</summary>
    /// <param name="time">How long.</param>
    /// <returns>The fault.</returns>
    public static Fault SlowEvents(TimeSpan time) => Of($"event every {time}", (plan, _) => plan.EventDelay = time);

    /// <summary>Silence for a while after a number of events; then the answer goes on.</summary>
    /// <param name="events">How many events come before it; 0 for the head of the answer only.</param>
    /// <param name="time">How long.</param>
    /// <returns>The fault.</returns>
    public static Fault Pause(int events, TimeSpan time) =>
        Of($"pause of {time} after {events} events", (plan, _) => plan.Pause = (events, time));

    /// <summary>All bytes, head included, in small pieces with pauses.</summary>
    /// <param name="bytes">The size of a piece.</param>
    /// <param name="pause">The time between two.</param>
    /// <returns>The fault.</returns>
    public static Fault Drip(int bytes, TimeSpan pause) => Of($"{bytes} bytes every {pause}", (plan, _) =>
    {
        plan.PieceSize = bytes;
        plan.PieceDelay = pause;
    });

    /// <summary>All bytes, head included, in pieces without regard to anything.</summary>
    /// <param name="size">The size of a piece; 1 for single bytes.</param>
    /// <returns>The fault.</returns>
    public static Fault Split(int size) => Of($"split {size}", (plan, _) => plan.PieceSize = size);

    private static ReadOnlyMemory<byte> Halved(ReadOnlyMemory<byte> e)
    {
        var text = e.Span.TrimEnd("\r\n"u8);
        return new([.. text[..(text.Length / 2)], .. e.Span[text.Length..]]);
    }
}
