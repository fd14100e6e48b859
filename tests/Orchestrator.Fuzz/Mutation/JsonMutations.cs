namespace Orchestrator.Fuzz;

/// <summary>Mutations of JSON values and fields: what servers of other versions, other vendors and other minds send.</summary>
internal sealed class JsonMutations
{
    private static readonly int[] Depths = [2, 60, 63, 64, 65, 66, 1_000, 10_000];
    private readonly JsonSpans _spans = new();

    public void SwapType(ByteBuffer bytes, Dice dice)
    {
        if (Any(bytes, dice) is { } value)
            bytes.Replace(value.Start, value.End - value.Start, dice.Of(Values.Json));
    }

    public void DeleteField(ByteBuffer bytes, Dice dice)
    {
        if (Any(bytes, dice) is not { } value)
            return;
        // With the comma, mostly: without it stays a value that is hard to read.
        var end = value.End < bytes.Length && bytes.Span[value.End] == ',' && !dice.OneIn(8) ? value.End + 1 : value.End;
        bytes.Remove(value.From, end - value.From);
    }

    public void DuplicateField(ByteBuffer bytes, Dice dice) => Repeat(bytes, dice, dice.Skewed(4));

    /// <summary>Many small values cost a reader more than the same bytes in one text.</summary>
    public void RepeatField(ByteBuffer bytes, Dice dice) => Repeat(bytes, dice, dice.OneIn(10) ? 5_000 : dice.Skewed(600));

    public void SwapTwo(ByteBuffer bytes, Dice dice)
    {
        if (Any(bytes, dice) is not { } one)
            return;
        var other = dice.Of(_spans.Found);
        bytes.Replace(one.Start, one.End - one.Start, bytes.Span[other.Start..other.End].ToArray());
    }

    public void Rename(ByteBuffer bytes, Dice dice)
    {
        if (Any(bytes, dice) is not { Field: >= 0 } one)
            return;
        var other = dice.Of(_spans.Found);
        if (other.Field < 0)
            bytes.Replace(one.Field, one.Start - one.Field, dice.OneIn(2) ? "\"\\ud800\":"u8 : "\"\":"u8);
        else
            bytes.Replace(one.Field, one.Start - one.Field, bytes.Span[other.Field..other.Start].ToArray());
    }

    public void Wrap(ByteBuffer bytes, Dice dice)
    {
        if (Any(bytes, dice) is not { } value)
            return;
        var inArray = dice.OneIn(2);
        bytes.Insert(value.End, inArray ? "]"u8 : "}"u8);
        bytes.Insert(value.Start, inArray ? "["u8 : "{\"error\":"u8);
    }

    public void Deepen(ByteBuffer bytes, Dice dice)
    {
        if (Any(bytes, dice) is not { } value)
            return;
        var depth = dice.Of(Depths);
        var inArray = dice.OneIn(2);
        var opening = inArray ? "["u8 : dice.OneIn(2) ? "{\"error\":"u8 : "{\"a\":"u8;
        var text = new byte[depth * opening.Length + 1 + depth];
        for (var i = 0; i < depth; i++)
            opening.CopyTo(text.AsSpan(i * opening.Length));
        text[depth * opening.Length] = (byte)'1';
        text.AsSpan(depth * opening.Length + 1).Fill((byte)(inArray ? ']' : '}'));
        bytes.Replace(value.Start, value.End - value.Start, text);
    }

    /// <summary>Something nasty inside of a text.</summary>
    public void Taint(ByteBuffer bytes, Dice dice)
    {
        if (Any(bytes, dice) is { } value && bytes.Span[value.Start] == '"' && value.End - value.Start >= 2)
            bytes.Insert(value.Start + 1 + dice.Below(value.End - value.Start - 1), dice.Of(Values.Raw));
    }

    private void Repeat(ByteBuffer bytes, Dice dice, int times)
    {
        if (Any(bytes, dice) is not { } value)
            return;
        var text = new byte[value.End - value.From + 1];
        bytes.Span[value.From..value.End].CopyTo(text);
        text[^1] = (byte)',';
        times = Math.Min(times, 65_536 / text.Length + 1);
        var all = new byte[text.Length * times];
        for (var i = 0; i < times; i++)
            text.CopyTo(all, i * text.Length);
        bytes.Insert(value.From, all);
    }

    private JsonSpan? Any(ByteBuffer bytes, Dice dice) => _spans.Scan(bytes.Span) is { Count: > 0 } found ? dice.Of(found) : null;
}
