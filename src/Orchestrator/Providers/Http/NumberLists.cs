using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>
/// Decodes lists of numbers with any separator: bytes or code points in hexadecimal, decimal, octal or binary digits, as in dumps and in
/// list literals of programming languages.
/// </summary>
internal static class NumberLists
{
    private const int Least = 6;
    private const int LeastDigits = 12;
    private const int LongestGap = 3;
    private const int LongestIndent = 24;
    private const int LongestNumber = 8;

    // A list this long is not the sizes or codes that servers mention in errors.
    private const int LeastOpaque = 24;

    private static readonly SearchValues<char> HexLetters = SearchValues.Create("abcdefABCDEF");

    private static readonly int[] Bases = [16, 10, 8, 2];

    /// <summary>Decodes all lists in a text.</summary>
    public static void Read(ServerTextDecoder decoder, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        if (!text.ContainsAnyInRange('0', '9'))
            return;
        foreach (var radix in Bases)
        {
            for (var at = 0; at < text.Length;)
            {
                var (count, digits, end) = List(text, at, radix);
                if (count >= Least || (radix == 16 && digits >= LeastDigits))
                {
                    var place = whole ?? from[at]..from[end];
                    var isText = ReadList(decoder, text[at..end], radix, count, place, depth);
                    var mayBeSizes = radix == 16 && !text[at..end].ContainsAny(HexLetters);
                    if (radix >= 10 && count >= LeastOpaque && !isText && !mayBeSizes)
                        decoder.Opaque.Add(place);
                }

                at = count > 0 ? end : AfterToken(text, at);
            }
        }
    }

    private static bool ReadList(ServerTextDecoder decoder, ReadOnlySpan<char> list, int radix, int count, Range whole, int depth)
    {
        using var view = new DecodedText(list.Length);
        var isText = false;
        if (count > 1)
        {
            // Every number; of pairs of index and number every second one.
            foreach (var step in (ReadOnlySpan<int>)[1, 2])
            {
                if (step == 2 && (radix != 10 || !IsIndexed(list)))
                    continue;
                view.Clear();
                var index = 0;
                for (var at = 0; at < list.Length; index++)
                {
                    var token = Number(list, at, radix);
                    if (index % step == step - 1)
                        view.Add(token.Value, 0);
                    at = AfterGap(list, token.End);
                }

                isText |= ServerTextDecoder.Stretch(view.Text) == view.Count && view.Count > 0;
                decoder.Read(view.Text, [], whole, depth);
            }
        }

        if (radix == 16)
            ReadDigits(decoder, list, whole, depth);
        return isText;
    }

    // Decodes all digits as bytes, however they are grouped. If the list is the end of a longer one, it may begin with half a byte.
    private static void ReadDigits(ServerTextDecoder decoder, ReadOnlySpan<char> list, Range whole, int depth)
    {
        using var view = new DecodedText(list.Length);
        for (var skipped = 0; skipped < 2; skipped++)
        {
            view.Clear();
            var (high, skip) = (-1, skipped);
            for (var at = 0; at < list.Length;)
            {
                var (begin, end, _, _) = Number(list, at, 16);
                foreach (var c in list[begin..end])
                {
                    if (skip-- > 0)
                        continue;
                    var digit = Value([c], 16);
                    if (high >= 0)
                        view.Add((high << 4) + digit, 0);
                    high = high >= 0 ? -1 : digit;
                }

                at = AfterGap(list, end);
            }

            decoder.Read(view.Text, [], whole, depth);
        }
    }

    // The list that begins here: its count of numbers and of digits, and its end.
    private static (int Count, int Digits, int End) List(ReadOnlySpan<char> text, int at, int radix)
    {
        var (count, digits, end) = (0, 0, at);
        if (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]) && char.IsAsciiLetterOrDigit(text[at]))
            return default;
        while (at < text.Length && Number(text, at, radix) is { IsNumber: true } number)
        {
            (count, digits, end) = (count + 1, digits + number.End - number.Begin, number.End);
            at = AfterGap(text, end);
            if (at == end)
                break;
        }

        return (count, digits, end);
    }

    private static (int Begin, int End, int Value, bool IsNumber) Number(ReadOnlySpan<char> text, int at, int radix)
    {
        var isNegative = radix == 10 && text[at] == '-';
        var begin = isNegative ? at + 1 : at;
        if (begin + 1 < text.Length && text[begin] == '0' && text[begin + 1] is 'x' or 'X' or 'b' or 'o'
            && IsPrefix(text[begin + 1], radix))
        {
            begin += 2;
        }

        var end = begin;
        while (end < text.Length && IsDigit(text[end], radix))
            end++;
        var length = end - begin;
        if (length == 0 || (radix != 16 && length > LongestNumber) || (end < text.Length && char.IsAsciiLetter(text[end])))
            return (begin, Math.Max(end, at + 1), -1, false);
        var value = length > LongestNumber ? -1 : Value(text[begin..end], radix);
        return (begin, end, isNegative ? value is > 0 and <= 128 ? 256 - value : -1 : value, true);
    }

    // Whether every second number counts up, as the indices in a dump do.
    private static bool IsIndexed(ReadOnlySpan<char> list)
    {
        var (at, first, index) = (0, 0, 0);
        for (; index < Least && at < list.Length; index++)
        {
            var number = Number(list, at, 10);
            if (index == 0)
                first = number.Value;
            else if (index % 2 == 0 && number.Value != first + (index / 2))
                return false;
            at = AfterGap(list, number.End);
        }

        return index == Least;
    }

    private static int AfterGap(ReadOnlySpan<char> text, int at)
    {
        var (marks, blanks) = (0, 0);
        while (at < text.Length && marks <= LongestGap && blanks <= LongestIndent && !char.IsLetterOrDigit(text[at]))
        {
            // A sign belongs to the number.
            if (text[at] == '-' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]) && marks + blanks > 0)
                break;
            (marks, blanks) = char.IsWhiteSpace(text[at]) ? (marks, blanks + 1) : (marks + 1, blanks);
            at++;
        }

        return at;
    }

    private static int AfterToken(ReadOnlySpan<char> text, int at)
    {
        at++;
        while (at < text.Length && char.IsAsciiLetterOrDigit(text[at - 1]) && char.IsAsciiLetterOrDigit(text[at]))
            at++;
        return at;
    }

    private static bool IsPrefix(char letter, int radix) => letter switch { 'b' => radix == 2, 'o' => radix == 8, _ => radix == 16 };

    private static bool IsDigit(char c, int radix) => radix == 16 ? char.IsAsciiHexDigit(c) : c >= '0' && c < '0' + radix;

    private static int Value(ReadOnlySpan<char> digits, int radix)
    {
        var value = 0L;
        foreach (var c in digits)
            value = (value * radix) + (char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        return value <= 0x10FFFF ? (int)value : -1;
    }
}
