using System.Text;

namespace Orchestrator.Fuzz;

/// <summary>Mutations that know nothing of what the bytes mean.</summary>
internal static class ByteMutations
{
    public static void Flip(ByteBuffer bytes, Dice dice)
    {
        for (var count = dice.Skewed(8); count > 0 && bytes.Length > 0; count--)
            bytes.Span[dice.Below(bytes.Length)] ^= (byte)(1 << dice.Below(8));
    }

    public static void Overwrite(ByteBuffer bytes, Dice dice)
    {
        if (bytes.Length > 0)
            bytes.Span[dice.Below(bytes.Length)] = (byte)dice.Below(256);
    }

    public static void Delete(ByteBuffer bytes, Dice dice)
    {
        var (at, count) = Range(bytes, dice);
        bytes.Remove(at, count);
    }

    public static void Duplicate(ByteBuffer bytes, Dice dice)
    {
        var (at, count) = Range(bytes, dice);
        bytes.Insert(at, bytes.Span.Slice(at, count));
    }

    public static void InsertRaw(ByteBuffer bytes, Dice dice) => bytes.Insert(dice.Below(bytes.Length + 1), dice.Of(Values.Raw));

    public static void InsertRandom(ByteBuffer bytes, Dice dice)
    {
        Span<byte> some = stackalloc byte[dice.Skewed(16)];
        Fill(some, dice);
        bytes.Insert(dice.Below(bytes.Length + 1), some);
    }

    public static void Cut(ByteBuffer bytes, Dice dice) => bytes.Cut(dice.Below(bytes.Length + 1));

    public static void Run(ByteBuffer bytes, Dice dice)
    {
        var run = new byte[dice.OneIn(20) ? 65_536 : dice.Skewed(2_000)];
        run.AsSpan().Fill(dice.OneIn(2) ? (byte)dice.Below(256) : dice.Of("a \n\r\t:{[\"\\0,"u8.ToArray()));
        bytes.Insert(dice.Below(bytes.Length + 1), run);
    }

    public static void ByteOrderMark(ByteBuffer bytes, Dice dice) => bytes.Insert(0, dice.OneIn(3) ? [0xEF, 0xBB] : [0xEF, 0xBB, 0xBF]);

    public static void Utf16(ByteBuffer bytes, Dice dice)
    {
        var encoding = dice.OneIn(2) ? Encoding.Unicode : Encoding.BigEndianUnicode;
        var text = encoding.GetBytes(Encoding.UTF8.GetString(bytes.Span));
        bytes.Set(dice.OneIn(2) ? encoding.GetPreamble() : []);
        bytes.Append(text);
    }

    /// <summary>The beginning of the one and the end of the other.</summary>
    public static void Splice(ByteBuffer bytes, byte[] other, Dice dice)
    {
        bytes.Cut(dice.Below(bytes.Length + 1));
        bytes.Append(other.AsSpan(dice.Below(other.Length + 1)));
    }

    public static void Random(ByteBuffer bytes, Dice dice)
    {
        var some = new byte[dice.Skewed(600) - 1];
        Fill(some, dice);
        if (dice.OneIn(3))
        {
            // Bytes that mean something to a reader of JSON get further than any.
            var alphabet = "{}[]\",:\\ \n0123456789.-etrufalsn"u8;
            foreach (ref var b in some.AsSpan())
                b = alphabet[b % alphabet.Length];
        }

        bytes.Set(some);
    }

    private static void Fill(Span<byte> bytes, Dice dice)
    {
        foreach (ref var b in bytes)
            b = (byte)dice.Next();
    }

    private static (int At, int Count) Range(ByteBuffer bytes, Dice dice)
    {
        var at = dice.Below(bytes.Length);
        return (at, Math.Min(dice.Skewed(64), bytes.Length - at));
    }
}
