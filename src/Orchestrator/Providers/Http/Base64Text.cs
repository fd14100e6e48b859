using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>Decodes bytes that were written as text: base64 of both alphabets, also cut at its beginning or wrapped into lines, and UTF-16
/// of which each byte became a character.</summary>
internal static class Base64Text
{
    /// <summary>Shorter runs of base64 characters are ordinary words.</summary>
    public const int ShortestRun = 16;

    private const int ShortestLine = 8;
    private const int LongestGap = 6;
    private const int LeastControls = 4;

    // The length of a SHA-256 in hexadecimal: the longest id that is useful to a user. Ids of requests are shorter.
    private const int LongestId = 64;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");

    private static readonly SearchValues<char> Gaps = SearchValues.Create(" \t\r\n=\"',");

    /// <summary>Decodes all base64 in a text.</summary>
    /// <param name="decoder">Receives the decoded texts.</param>
    /// <param name="text">The text.</param>
    /// <param name="from">Where each character begins in the source, and the end of the last.</param>
    /// <param name="whole">The part of the source that the whole text comes from, when its characters have no positions of their
    /// own.</param>
    /// <param name="depth">How many encodings deep the decoded bytes are.</param>
    /// <param name="mayNest">Whether the bytes may be decoded further; if not they count as unknown.</param>
    public static void Read(
        ServerTextDecoder decoder, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth, bool mayNest)
    {
        for (var at = 0; TryNext(text, ref at, out var end); at = end)
        {
            var run = text[at..end];
            var place = whole ?? from[at]..from[end];
            var isKnown = false;
            var view = new DecodedText(run.Length);
            // When the run is the end of a longer one, the first byte may begin at any of four characters.
            for (var skipped = 0; mayNest && skipped < 4; skipped++)
            {
                view.Clear();
                Decode(run, skipped, ref view);
                isKnown |= IsKnown(view.Text);
                decoder.Read(view.Text, [], place, depth);
            }

            view.Dispose();
            if (!isKnown && IsOpaque(run))
                decoder.Opaque.Add(place);
        }
    }

    /// <summary>Decodes UTF-16 of either byte order, of which each byte became a character.</summary>
    public static void ReadWide(ServerTextDecoder decoder, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        var controls = 0;
        foreach (var c in text)
            controls += c is < ' ' and not ('\n' or '\r' or '\t') ? 1 : 0;
        if (controls < LeastControls)
            return;
        using var view = new DecodedText(text.Length);
        foreach (var isBig in (ReadOnlySpan<bool>)[true, false])
        {
            for (var skipped = 0; skipped < 2; skipped++)
            {
                view.Clear();
                for (var i = skipped; i + 1 < text.Length; i += 2)
                    view.Add(Wide(text[i], text[i + 1], isBig), from[i]);
                decoder.Read(view.Text, view.Places(from[text.Length]), whole, depth);
            }
        }
    }

    /// <summary>Finds the next run of base64. It may have several lines.</summary>
    public static bool TryNext(ReadOnlySpan<char> text, ref int at, out int end)
    {
        for (end = at; at < text.Length; at = end + 1)
        {
            end = AfterRun(text, at);
            for (var line = at; end - line >= ShortestLine && TryNextLine(text, end, out var next, out var after);)
                (line, end) = (next, after);

            if (end - at >= ShortestRun)
                return true;
        }

        return false;
    }

    // A short line can only be the last one. A short word with more words behind it belongs to a sentence.
    private static bool TryNextLine(ReadOnlySpan<char> text, int end, out int next, out int after)
    {
        next = AfterGap(text, end);
        after = next;
        if (next == end || next >= text.Length || !Alphabet.Contains(text[next]))
            return false;
        after = AfterRun(text, next);
        var following = AfterGap(text, after);
        return after - next >= ShortestLine || following == after || following >= text.Length || text[after] == '='
            || !Alphabet.Contains(text[following]);
    }

    /// <summary>Decodes a run. Characters outside the alphabet are skipped, padding counts as zeros.</summary>
    public static void Decode(ReadOnlySpan<char> run, int skipped, ref DecodedText bytes)
    {
        var (bits, count) = (0, 0);
        foreach (var c in run)
        {
            if (Digit(c) is not (>= 0 and var digit) || skipped-- > 0)
                continue;
            (bits, count) = (((bits << 6) | digit) & 0xFFFFFF, count + 6);
            if (count < 8)
                continue;
            count -= 8;
            bytes.Add((bits >> count) & 0xFF, 0);
        }
    }

    private static int Digit(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' or '-' => 62,
        '/' or '_' => 63,
        '=' => 0,
        _ => -1,
    };

    private static int Wide(char first, char second, bool isBig) =>
        (first | second) > '\u00FF' ? 0 : isBig ? (first << 8) | second : (second << 8) | first;

    private static int AfterRun(ReadOnlySpan<char> text, int at) =>
        text[at..].IndexOfAnyExcept(Alphabet) is >= 0 and var length ? at + length : text.Length;

    private static int AfterGap(ReadOnlySpan<char> text, int at)
    {
        var end = at;
        while (end < text.Length && end - at < LongestGap && Gaps.Contains(text[end]))
            end++;
        return end;
    }

    // Three quarters of the bytes are plain text, and that was compared.
    private static bool IsKnown(ReadOnlySpan<char> bytes)
    {
        var known = 0;
        foreach (var c in bytes)
            known += c is (>= ' ' and < '\u007F') or '\n' or '\r' or '\t' ? 1 : 0;
        return known >= bytes.Length * 3 / 4;
    }

    // Checks each line, because words may stand around. Short lines do not count: a list of models has many.
    private static bool IsOpaque(ReadOnlySpan<char> run)
    {
        var length = 0;
        foreach (var line in run.SplitAny(Gaps))
            length += run[line].Length >= ShortestRun && IsEncoded(run[line]) ? run[line].Length : 0;
        return length > LongestId;
    }

    // The kind of character (lower case, upper case, digit) changes at six of ten positions in base64 of random bytes, at nearly five in
    // hexadecimal, and at fewer in names and paths. No name is as long as the longest id.
    private static bool IsEncoded(ReadOnlySpan<char> line)
    {
        var (turns, length, before) = (0, 0, 0);
        foreach (var c in line)
        {
            var kind = char.IsAsciiLetterLower(c) ? 1 : char.IsAsciiLetterUpper(c) ? 2 : char.IsAsciiDigit(c) ? 3 : 0;
            turns += kind != 0 && before != 0 && kind != before ? 1 : 0;
            length += kind == 0 ? 0 : 1;
            before = kind;
        }

        return turns * 20 > length * (line.Length > LongestId ? 6 : 9);
    }
}
