using System.Text;

namespace Orchestrator.Providers;

/// <summary>Words that went through the wrong encoding: UTF-8 that was read in a code page of one byte, and bytes of such a page that were
/// read as Latin-1.</summary>
internal static class SaidPages
{
    // Of Western Europe, and those of Russian in Windows, on the network and in consoles.
    private static readonly int[] Numbers = [1252, 1251, 20866, 866];

    private static readonly Lazy<string[]> Pages = new(static () => Array.ConvertAll(Numbers, Upper));

    /// <summary>Reads both.</summary>
    public static void Read(SaidReadings readings, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        if (!text.ContainsAnyExceptInRange('\0', '\u007F'))
            return;
        for (var page = 0; page < Pages.Value.Length; page++)
            ReadWrong(readings, Pages.Value[page], text, from, whole, depth);
        if (!HasWord(text))
            return;
        foreach (var page in Pages.Value.AsSpan(1))
        {
            using var view = new SaidView(text.Length);
            for (var i = 0; i < text.Length; i++)
                view.Add(text[i] is >= '\u0080' and <= '\u00FF' ? page[text[i] - 0x80] : text[i], from[i]);
            readings.Read(view.Text, view.Places(from[text.Length]), whole, SaidReadings.MostDeep);
        }
    }

    // Characters become bytes again; those of UTF-8 are one of the escapes that are undone.
    private static void ReadWrong(
        SaidReadings readings, string page, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        using var view = new SaidView(text.Length);
        var (pairs, before, wasOther) = (0, '\0', false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i] > '\u007F' && page.IndexOf(text[i], StringComparison.Ordinal) is >= 0 and var at ? (char)(0x80 + at) : text[i];
            // What Latin-1 has in the same place was undone before.
            if (before is >= '\u00C2' and <= '\u00F4' && c is >= '\u0080' and <= '\u00BF' && (wasOther || c != text[i]))
                pairs++;
            view.Add(c, from[i]);
            (before, wasOther) = (c, c != text[i]);
        }

        if (pairs >= 2)
            readings.Read(view.Text, view.Places(from[text.Length]), whole, depth);
    }

    // Four letters in a row beyond ASCII are no word of Western Europe.
    private static bool HasWord(ReadOnlySpan<char> text)
    {
        var length = 0;
        foreach (var c in text)
        {
            length = c is >= '\u0080' and <= '\u00FF' ? length + 1 : 0;
            if (length == 4)
                return true;
        }

        return false;
    }

    private static string Upper(int page)
    {
        var bytes = new byte[128];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(0x80 + i);
        return CodePagesEncodingProvider.Instance.GetEncoding(page)!.GetString(bytes);
    }
}
