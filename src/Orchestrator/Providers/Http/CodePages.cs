using System.Text;

namespace Orchestrator.Providers;

/// <summary>Repairs text that was decoded with the wrong encoding: UTF-8 decoded with a single-byte code page, and bytes of such a page
/// decoded as Latin-1.</summary>
internal static class CodePages
{
    // Western Europe; Russian in Windows, KOI8-R, and Russian in consoles.
    private static readonly int[] Numbers = [1252, 1251, 20866, 866];

    private static readonly Lazy<string[]> Pages = new(static () => Array.ConvertAll(Numbers, Upper));

    /// <summary>Decodes the text in both ways.</summary>
    public static void Read(ServerTextDecoder decoder, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        if (!text.ContainsAnyExceptInRange('\0', '\u007F'))
            return;
        for (var page = 0; page < Pages.Value.Length; page++)
            ReadWrong(decoder, Pages.Value[page], text, from, whole, depth);
        if (!HasWord(text))
            return;
        foreach (var page in Pages.Value.AsSpan(1))
        {
            using var view = new DecodedText(text.Length);
            for (var i = 0; i < text.Length; i++)
                view.Add(text[i] is >= '\u0080' and <= '\u00FF' ? page[text[i] - 0x80] : text[i], from[i]);
            decoder.Read(view.Text, view.Places(from[text.Length]), whole, ServerTextDecoder.MostDeep);
        }
    }

    // Turns the characters back into bytes. Escapes decodes bytes of UTF-8.
    private static void ReadWrong(
        ServerTextDecoder decoder, string page, ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        using var view = new DecodedText(text.Length);
        var (pairs, before, wasOther) = (0, '\0', false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i] > '\u007F' && page.IndexOf(text[i], StringComparison.Ordinal) is >= 0 and var at ? (char)(0x80 + at) : text[i];
            // A character that Latin-1 has at the same code was decoded already.
            if (before is >= '\u00C2' and <= '\u00F4' && c is >= '\u0080' and <= '\u00BF' && (wasOther || c != text[i]))
                pairs++;
            view.Add(c, from[i]);
            (before, wasOther) = (c, c != text[i]);
        }

        if (pairs >= 2)
            decoder.Read(view.Text, view.Places(from[text.Length]), whole, depth);
    }

    // No word of a Western European language has four letters in a row beyond ASCII.
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
