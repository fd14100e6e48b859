using System.Buffers.Text;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// The framework's most relaxed encoder still escapes emoji, wide and unbreakable spaces and private characters as <c>\uXXXX</c>, in six
/// or twelve bytes for two to four. Here they become themselves again.
/// </summary>
internal static class JsonEscapes
{
    private const int Length = 6;

    /// <summary>Undoes, in place, the escapes of characters beyond ASCII in whole JSON. What has to be escaped, and half a pair, stays
    /// so.</summary>
    /// <returns>The length that is left.</returns>
    public static int Undo(Span<byte> json)
    {
        var from = json.IndexOf((byte)'\\');
        if (from < 0)
            return json.Length;
        var to = from;
        while (from < json.Length)
        {
            var rest = json[from..];
            // Other escapes have two characters, the second of which may be a backslash that begins nothing.
            var (kept, used) = (Math.Min(2, rest.Length), 0);
            if (TryRead(rest, out var rune, out used))
                (to, kept) = (to + rune.EncodeToUtf8(json[to..]), 0);
            from += used;
            var next = json[(from + kept)..].IndexOf((byte)'\\');
            var run = next < 0 ? json.Length - from : kept + next;
            if (to != from)
                json.Slice(from, run).CopyTo(json[to..]);
            from += run;
            to += run;
        }

        return to;
    }

    private static bool TryRead(ReadOnlySpan<byte> text, out Rune rune, out int used)
    {
        used = 0;
        rune = default;
        if (!TryReadUnit(text, out var first) || first < '\u0080')
            return false;
        if (!char.IsSurrogate(first))
        {
            used = Length;
            return Rune.TryCreate(first, out rune);
        }

        if (!TryReadUnit(text[Length..], out var second) || !Rune.TryCreate(first, second, out rune))
            return false;
        used = 2 * Length;
        return true;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> text, out char unit)
    {
        unit = default;
        if (text.Length < Length || !text.StartsWith("\\u"u8) || !Utf8Parser.TryParse(text[2..Length], out ushort value, out var used, 'x')
            || used != Length - 2)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
