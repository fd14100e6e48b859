using System.Buffers.Text;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// Replaces <c>\uXXXX</c> by the character. The framework's most relaxed encoder still escapes emoji, wide and non-breaking spaces and
/// private characters, in six or twelve bytes instead of two to four.
/// </summary>
internal static class JsonEscapes
{
    private const int Length = 6;

    /// <summary>Undoes, in place, the escapes of characters beyond ASCII in a JSON document. Characters that JSON requires to be escaped,
    /// and half a surrogate pair, stay escaped.</summary>
    /// <returns>The new length.</returns>
    public static int Undo(Span<byte> json)
    {
        var from = json.IndexOf((byte)'\\');
        if (from < 0)
            return json.Length;
        var to = from;
        while (from < json.Length)
        {
            var rest = json[from..];
            // Other escapes have two characters. The second may be a backslash, which begins no escape.
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
