namespace Orchestrator.Fuzz;

/// <summary>Mutations of lines: of streams, and of the heads of requests.</summary>
internal static class LineMutations
{
    public static void Insert(ByteBuffer bytes, Dice dice)
    {
        var line = dice.Of(Values.Lines);
        var text = new byte[line.Length + 1];
        line.CopyTo(text, 0);
        text[^1] = (byte)'\n';
        bytes.Insert(StartOfLine(bytes, dice), text);
    }

    public static void Delete(ByteBuffer bytes, Dice dice)
    {
        var start = StartOfLine(bytes, dice);
        bytes.Remove(start, Length(bytes, start));
    }

    public static void Duplicate(ByteBuffer bytes, Dice dice) => Repeat(bytes, dice, 1);

    public static void Repeat(ByteBuffer bytes, Dice dice) => Repeat(bytes, dice, dice.Skewed(200));

    public static void Move(ByteBuffer bytes, Dice dice)
    {
        var from = StartOfLine(bytes, dice);
        var line = bytes.Span.Slice(from, Length(bytes, from)).ToArray();
        bytes.Remove(from, line.Length);
        bytes.Insert(StartOfLine(bytes, dice), line);
    }

    /// <summary>Other line ends, everywhere or mixed.</summary>
    public static void Ends(ByteBuffer bytes, Dice dice)
    {
        var everywhere = dice.OneIn(2);
        var end = dice.Below(4) switch { 0 => "\r\n"u8.ToArray(), 1 => "\r"u8.ToArray(), 2 => "\n\n"u8.ToArray(), _ => " \n"u8.ToArray() };
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            if (bytes.Span[i] == '\n' && (everywhere || dice.OneIn(2)))
                bytes.Replace(i, 1, end);
        }
    }

    public static void Join(ByteBuffer bytes, Dice dice)
    {
        var start = StartOfLine(bytes, dice);
        if (start > 0)
            bytes.Remove(start - 1, 1);
    }

    private static void Repeat(ByteBuffer bytes, Dice dice, int times)
    {
        var start = StartOfLine(bytes, dice);
        var line = bytes.Span.Slice(start, Length(bytes, start)).ToArray();
        for (var i = 0; i < times && line.Length * i < 65_536; i++)
            bytes.Insert(start, line);
    }

    private static int StartOfLine(ByteBuffer bytes, Dice dice)
    {
        var at = dice.Below(bytes.Length + 1);
        return bytes.Span[..at].LastIndexOf((byte)'\n') + 1;
    }

    private static int Length(ByteBuffer bytes, int start)
    {
        var rest = bytes.Span[start..];
        var end = rest.IndexOf((byte)'\n');
        return end < 0 ? rest.Length : end + 1;
    }
}
