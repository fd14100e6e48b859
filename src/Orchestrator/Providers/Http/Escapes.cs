using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// Undoes the escapes that servers use, layer by layer: JSON, JSON in JSON, Python, URL, HTML, octal, and UTF-8 decoded as Latin-1. Both
/// sides of a comparison are unescaped, so a text that only looks like an escape does no harm.
/// </summary>
internal static class Escapes
{
    // One pass removes the backslashes of all layers; only mixtures of URL, HTML and byte escapes need one pass for each layer.
    private const int MostLayers = 10;
    private const int LongestEntity = 10;

    private static readonly SearchValues<char> Starts = SearchValues.Create(
        [.. "\\%&", .. Enumerable.Range(0xC2, 0xF4 - 0xC2 + 1).Select(c => (char)c)]);

    /// <summary>Undoes the escapes in place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where each character begins in the source, and the end of the last; empty when positions are not needed.</param>
    /// <returns>The new length.</returns>
    public static int Undo(Span<char> text, Span<int> from)
    {
        var length = text.Length;
        for (var layer = 0; layer < MostLayers; layer++)
        {
            var left = Pass(text[..length], from.IsEmpty ? from : from[..(length + 1)]);
            if (left == length)
                break;
            length = left;
        }

        return length;
    }

    private static int Pass(Span<char> text, Span<int> from)
    {
        var read = text.IndexOfAny(Starts);
        if (read < 0)
            return text.Length;
        var write = read;
        while (read < text.Length)
        {
            var (used, value) = Next(text[read..]);
            var begin = from.IsEmpty ? 0 : from[read];
            if (value > char.MaxValue && Rune.TryCreate(value, out var rune))
            {
                rune.EncodeToUtf16(text[write..]);
                Keep(from, write, begin);
                Keep(from, write + 1, begin);
                write += 2;
            }
            else
            {
                text[write] = (char)value;
                Keep(from, write++, begin);
            }

            read += used;
        }

        if (!from.IsEmpty)
            from[write] = from[text.Length];
        return write;
    }

    private static void Keep(Span<int> from, int at, int value)
    {
        if (!from.IsEmpty)
            from[at] = value;
    }

    /// <summary>The first character or code point of the text, and how many characters its escape has.</summary>
    private static (int Used, int Value) Next(ReadOnlySpan<char> text)
    {
        var escape = text[0] switch
        {
            '\\' => AfterBackslash(text),
            '%' => AfterPercent(text),
            '&' => Entity(text),
            >= '\u00C2' and <= '\u00F4' => Utf8(text),
            _ => default,
        };
        return escape.Used == 0 ? (1, text[0]) : escape;
    }

    private static (int Used, int Value) AfterBackslash(ReadOnlySpan<char> text)
    {
        var slashes = text.IndexOfAnyExcept('\\');
        if (slashes < 0)
            return (text.Length, ' ');
        var rest = text[slashes..];
        var (used, value) = rest[0] switch
        {
            'u' => Braced(rest) is { Used: > 0 } braced ? braced : Hex(rest, 1, 4),
            'U' => Hex(rest, 1, 8),
            'x' => Braced(rest) is { Used: > 0 } braced ? braced : Hex(rest, 1, 2),
            'n' or 'r' or 't' or 'b' or 'f' or 'v' or 'a' => (1, ' '),
            >= '0' and <= '7' => Octal(rest),
            var c => (1, c),
        };
        return used == 0 ? (slashes + 1, rest[0]) : (slashes + used, value);
    }

    private static (int Used, int Value) AfterPercent(ReadOnlySpan<char> text) =>
        text.Length > 1 && text[1] is 'u' or 'U' && Hex(text, 2, 4) is { Used: > 0 } wide ? wide : Hex(text, 1, 2);

    private static (int Used, int Value) Braced(ReadOnlySpan<char> text)
    {
        if (text.Length < 4 || text[1] != '{' || text[..Math.Min(text.Length, LongestEntity)].IndexOf('}') is not (> 2 and var end))
            return default;
        return Code(text[2..end], NumberStyles.AllowHexSpecifier) is { } value ? (end + 1, value) : default;
    }

    private static (int Used, int Value) Hex(ReadOnlySpan<char> text, int at, int digits) =>
        text.Length >= at + digits && Code(text.Slice(at, digits), NumberStyles.AllowHexSpecifier) is { } value
            ? (at + digits, value)
            : default;

    private static (int Used, int Value) Octal(ReadOnlySpan<char> text)
    {
        var (used, value) = (0, 0);
        while (used < Math.Min(3, text.Length) && text[used] is >= '0' and <= '7' && (value * 8) + text[used] - '0' <= byte.MaxValue)
            value = (value * 8) + text[used++] - '0';
        return (used, value);
    }

    private static (int Used, int Value) Entity(ReadOnlySpan<char> text)
    {
        if (text.Length < 3)
            return default;
        if (text[1] == '#')
        {
            var isHex = text[2] is 'x' or 'X';
            var begin = isHex ? 3 : 2;
            var end = begin;
            while (end < text.Length && end - begin < 8 && (isHex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end])))
                end++;
            return Code(text[begin..end], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None) is { } value
                ? (end < text.Length && text[end] == ';' ? end + 1 : end, value)
                : default;
        }

        var name = text[..Math.Min(text.Length, LongestEntity)];
        if (name.IndexOf(';') is not (> 2 and var last) || !char.IsAsciiLetter(text[1]))
            return default;
        return name[1..last] is "amp" ? (5, '&')
            : WebUtility.HtmlDecode(name[..(last + 1)].ToString()) is { Length: 1 } decoded ? (last + 1, decoded[0])
            : default;
    }

    private static int? Code(ReadOnlySpan<char> digits, NumberStyles style) =>
        int.TryParse(digits, style, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 0x10FFFF ? value : null;

    /// <summary>Decodes UTF-8 of which each byte became a character: the result of percent, octal and Python's byte escapes, and of a wrong
    /// encoding.</summary>
    private static (int Used, int Value) Utf8(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[4];
        var length = text[0] switch { < '\u00E0' => 2, < '\u00F0' => 3, _ => 4 };
        if (text.Length < length)
            return default;
        for (var i = 0; i < length; i++)
        {
            if (text[i] > '\u00FF')
                return default;
            bytes[i] = (byte)text[i];
        }

        return Rune.DecodeFromUtf8(bytes[..length], out var rune, out var used) == OperationStatus.Done && used == length
            ? (length, rune.Value)
            : default;
    }
}
