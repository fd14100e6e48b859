using System.Globalization;

namespace Orchestrator.Providers;

/// <summary>
/// Escapes that plain text often resembles: quoted-printable, code points, hexadecimal digits after a backslash (CSS, LDAP), and terminal
/// colours or tags between the letters. They are undone only in a server's text, and the result is compared besides the text itself.
/// </summary>
internal static class RareEscapes
{
    private const int LongestCode = 6;
    private const int LongestTag = 80;
    private const int Around = 64;

    /// <summary>Reads an escape at the beginning of a text.</summary>
    /// <returns>How many characters the escape has, zero for none; and the character it stands for, below zero for none.</returns>
    private delegate (int Used, int Value) Token(ReadOnlySpan<char> rest, char before);

    /// <summary>Undoes the escapes that have to be read before backslashes are removed.</summary>
    public static void ReadRaw(ServerTextDecoder decoder, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        // UTF-16 in percent escapes: its characters differ from those of the single bytes, so one layer is undone here.
        if (text.Contains("%0", StringComparison.Ordinal))
            Rewrite(decoder, text, from, whole, depth, static (rest, _) => Percent(rest), 6);
        if (!text.Contains('\\'))
            return;
        Rewrite(decoder, text, from, whole, depth, static (rest, _) => AfterBackslash(rest, LongestCode), 3);
        Rewrite(decoder, text, from, whole, depth, static (rest, _) => AfterBackslash(rest, 2), 3);
    }

    /// <summary>Undoes the escapes in a text whose common escapes are undone already.</summary>
    public static void ReadPlain(ServerTextDecoder decoder, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        if (text.Contains('='))
            Rewrite(decoder, text, from, whole, depth, static (rest, _) => Printable(rest), 1);
        if (text.ContainsAny("uUxX"))
            Rewrite(decoder, text, from, whole, depth, CodePoint, 3);
        if (text.ContainsAny("[<"))
            Rewrite(decoder, text, from, whole, depth, Between, 1);
    }

    private static void Rewrite(
        ServerTextDecoder decoder, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth, Token token, int least)
    {
        using var view = new DecodedText(text.Length);
        // Only the text around the escapes is decoded again.
        var (hits, first, last, end) = (0, 0, 0, 0);
        for (var at = 0; at < text.Length;)
        {
            var (used, value) = token(text[at..], at == 0 ? ' ' : text[at - 1]);
            if (used == 0)
            {
                view.Add(text[at], from[at]);
                at++;
                continue;
            }

            if (hits++ == 0)
                first = view.Count;
            view.Add(value, from[at]);
            at += used;
            (last, end) = (view.Count, at);
        }

        if (hits < least)
            return;
        var begin = Math.Max(0, first - Around);
        var length = Math.Min(view.Count, last + Around) - begin;
        decoder.Read(view.Text.Slice(begin, length), view.Places(from[text.Length]).Slice(begin, length + 1), whole, depth);
    }

    private static (int Used, int Value) Percent(ReadOnlySpan<char> rest) =>
        rest is ['%', ..] && Hex(rest[1..], 2) == 2 ? (3, Code(rest[1..3])) : default;

    // "\41c " and "\d0\9c". A blank after the digits belongs to the escape.
    private static (int Used, int Value) AfterBackslash(ReadOnlySpan<char> rest, int most)
    {
        if (rest[0] != '\\')
            return default;
        var slashes = rest.IndexOfAnyExcept('\\');
        if (slashes < 0 || Hex(rest[slashes..], most) is not (> 0 and var digits) || (most == 2 && digits != 2))
            return default;
        var end = slashes + digits;
        return (end + (most > 2 && end < rest.Length && rest[end] == ' ' ? 1 : 0), Code(rest[slashes..end]));
    }

    // Also the frame of MIME's encoded words, and soft line breaks.
    private static (int Used, int Value) Printable(ReadOnlySpan<char> rest)
    {
        switch (rest)
        {
            case ['=', '?', ..]:
                var word = rest[..Math.Min(rest.Length, LongestTag)];
                var name = word[2..].IndexOf('?');
                return name > 0 && word[(2 + name)..] is ['?', 'Q' or 'q' or 'B' or 'b', '?', ..] ? (2 + name + 3, -1) : default;
            case ['?', '=', ..]:
                return (2, ' ');
            case ['=', var high, var low, ..] when char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low):
                return (3, Code(rest[1..3]));
            case ['=', ' ' or '\t' or '\r' or '\n', ..]:
                return (1 + (rest[1..].IndexOfAnyExcept(" \t\r\n") is >= 0 and var blanks ? blanks : rest.Length - 1), -1);
            default:
                return default;
        }
    }

    // "U+041C", "_x041C_", and "u041c" or "xd0" whose backslash was lost.
    private static (int Used, int Value) CodePoint(ReadOnlySpan<char> rest, char before)
    {
        var begin = rest[0] == '_' ? 1 : 0;
        if (rest.Length < begin + 2 || rest[begin] is not ('u' or 'U' or 'x' or 'X'))
            return default;
        var isPlus = rest[begin + 1] == '+';
        begin += isPlus ? 2 : 1;
        var digits = Hex(rest[begin..], isPlus ? LongestCode : 4);
        if (digits < 4 && (digits < 2 || rest[begin - 1] is not ('x' or 'X') || before == '0'))
            return default;
        digits = digits >= 4 ? digits : 2;
        var end = begin + digits;
        return (rest[0] == '_' && end < rest.Length && rest[end] == '_' ? end + 1 : end, Code(rest.Slice(begin, digits)));
    }

    // A terminal's colour sequence, whose first character may be lost, or a tag.
    private static (int Used, int Value) Between(ReadOnlySpan<char> rest, char before)
    {
        var at = rest[0] is '\u001B' or '\u009B' or '␛' or 'e' ? 1 : 0;
        if (at < rest.Length && rest[at] == '[')
        {
            at++;
            while (at < Math.Min(rest.Length, LongestTag) && (char.IsAsciiDigit(rest[at]) || rest[at] is ';' or '?' or ':'))
                at++;
            return at < rest.Length && char.IsAsciiLetter(rest[at]) ? (at + 1, -1) : default;
        }

        return rest[0] == '<' && rest[..Math.Min(rest.Length, LongestTag)].IndexOf('>') is > 1 and var end ? (end + 1, -1) : default;
    }

    private static int Hex(ReadOnlySpan<char> rest, int most)
    {
        var count = 0;
        while (count < Math.Min(most, rest.Length) && char.IsAsciiHexDigit(rest[count]))
            count++;
        return count;
    }

    private static int Code(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
