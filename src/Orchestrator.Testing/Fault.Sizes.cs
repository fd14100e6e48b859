using System.Text;

namespace Orchestrator.Testing;

public sealed partial class Fault
{
    /// <summary>Text of a given size in one event, or in the whole answer's text: well-formed, only large.</summary>
    /// <param name="characters">How many characters.</param>
    /// <returns>The fault.</returns>
    public static Fault HugeText(int characters) => Of($"text of {characters}", (plan, context) =>
        context.Server.Rewrite(plan, context.Request, new FakeReply { Pieces = [new string('a', characters)] }));

    /// <summary>A line that never ends.</summary>
    /// <param name="bytes">How much of it is sent before the connection is closed.</param>
    /// <returns>The fault.</returns>
    public static Fault HugeLine(long bytes = long.MaxValue) => Of($"line of {bytes}", (plan, context) =>
    {
        Replace(plan, context, default);
        plan.Body = Repeated(context.Server.LineStart, "aaaaaaaaaaaaaaaa", bytes);
    });

    /// <summary>A body of JSON that never ends, said to be a whole answer.</summary>
    /// <param name="bytes">How much of it is sent.</param>
    /// <param name="coding">How it is compressed: a bomb when it is.</param>
    /// <returns>The fault.</returns>
    public static Fault HugeBody(long bytes = long.MaxValue, BodyCoding coding = BodyCoding.None) => Of($"body of {bytes}", (plan, _) =>
    {
        plan.Status = 200;
        plan.ContentType = "application/json";
        plan.Framing = BodyFraming.Chunked;
        plan.Coding = coding;
        plan.Body = Repeated("{\"junk\":\"", "aaaaaaaaaaaaaaaa", bytes);
    });

    /// <summary>A stream of comments, blank lines where the protocol has no comments.</summary>
    /// <param name="events">How many of the answer's events come first.</param>
    /// <param name="pause">The time between two; none for a flood.</param>
    /// <param name="count">How many.</param>
    /// <returns>The fault.</returns>
    public static Fault Comments(int events = 0, TimeSpan pause = default, int count = int.MaxValue) =>
        Of($"{count} comments after {events} events", (plan, context) =>
        {
            var comment = Encoding.UTF8.GetBytes(context.Server.Comment);
            plan.Body = plan.Body.Take(events).Concat(Enumerable.Repeat<ReadOnlyMemory<byte>>(comment, count));
            plan.EventDelay = pause;
        });

    /// <summary>One event of the answer over and over, never its end.</summary>
    /// <param name="index">Which event, from 0.</param>
    /// <param name="count">How many times.</param>
    /// <returns>The fault.</returns>
    public static Fault RepeatEvent(int index, int count = int.MaxValue) => Of($"event {index} {count} times", (plan, _) =>
    {
        var one = plan.Body.Skip(index).Take(1).ToArray();
        plan.Body = one.Length == 0 ? [] : Enumerable.Repeat(one[0], count);
    });

    /// <summary>Headers without end.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The fault.</returns>
    public static Fault HeaderFlood(int count = 1_000_000) =>
        Of($"{count} headers", (plan, _) => plan.ExtraHeaderLines = Enumerable.Range(0, count).Select(i => $"X-Flood-{i}: {i}\r\n"));

    /// <summary>Informational answers (<c>100 Continue</c>) before the real one.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The fault.</returns>
    public static Fault InformationalFlood(int count = 1_000_000) =>
        Of($"{count} times 100", (plan, _) => plan.Preamble = Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", count));

    /// <summary>A status line of any length.</summary>
    /// <param name="characters">How long the reason is.</param>
    /// <returns>The fault.</returns>
    public static Fault HugeStatusLine(int characters = 1_000_000) =>
        Of($"status line of {characters}", (plan, _) => plan.StatusLine = $"HTTP/1.1 200 {new string('O', characters)}");

    /// <summary>JSON nested deeper than any reader goes.</summary>
    /// <param name="depth">How deep.</param>
    /// <returns>The fault.</returns>
    public static Fault DeepJson(int depth = 10_000) => Of($"JSON of depth {depth}", (plan, context) =>
    {
        var json = $"{{\"choices\":{new string('[', depth)}{new string(']', depth)}}}";
        if (plan.Streamed)
            Replace(plan, context, Encoding.UTF8.GetBytes(context.Server.LineOf(json)));
        else
            plan.Whole(200, json);
    });

    private static IEnumerable<ReadOnlyMemory<byte>> Repeated(string start, string fill, long bytes)
    {
        var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(fill, 1024)));
        ReadOnlyMemory<byte> first = Encoding.UTF8.GetBytes(start);
        yield return first[..(int)Math.Min(first.Length, bytes)];
        for (var left = bytes - first.Length; left > 0; left -= block.Length)
            yield return block.AsMemory(0, (int)Math.Min(block.Length, left));
    }
}
