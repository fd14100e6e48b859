using System.Buffers;
using System.Globalization;

namespace Orchestrator.Providers;

/// <summary>
/// Decodes a server's text in every way that is known here: escapes, lists of numbers, base64, wrong code pages. Each decoded text is
/// decoded again. Depth and total length are bounded; a text that needs more cannot be compared.
/// </summary>
internal sealed class ServerTextDecoder(DecodedLetters letters, int most)
{
    // Random bytes contain shorter stretches of text by chance.
    private const int ShortestStretch = 8;
    /// <summary>Texts at this depth are not decoded again.</summary>
    public const int MostDeep = 3;

    private long _left = most;

    /// <summary>The parts of the source that are long and encoded in an unknown way.</summary>
    public List<Range> Opaque { get; } = [];

    /// <summary>Decodes a text and adds its letters.</summary>
    /// <param name="text">The text with its escapes.</param>
    /// <param name="from">Where each character begins in the source, and the end of the last.</param>
    /// <param name="whole">The part of the source that the whole text comes from, when its characters have no positions of their
    /// own.</param>
    /// <param name="depth">How many encodings were undone before.</param>
    public void Read(ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        _left -= text.Length;
        letters.IsFull |= _left < 0;
        if (letters.IsFull || text.IsEmpty)
            return;
        var plain = ArrayPool<char>.Shared.Rent(text.Length);
        var places = ArrayPool<int>.Shared.Rent(text.Length + 1);
        text.CopyTo(plain);
        from.CopyTo(places);
        if (depth < MostDeep)
        {
            RareEscapes.ReadRaw(this, text, places.AsSpan(0, text.Length + 1), whole, depth + 1);
            Base64Text.ReadWide(this, text, places.AsSpan(0, text.Length + 1), whole, depth + 1);
        }

        var length = Escapes.Undo(plain.AsSpan(0, text.Length), whole is null ? places.AsSpan(0, text.Length + 1) : []);
        if (depth < MostDeep && length < text.Length)
            Base64Text.ReadWide(this, plain.AsSpan(0, length), places.AsSpan(0, length + 1), whole, depth + 1);

        for (var at = 0; at < length;)
        {
            var stretch = depth == 0 ? length : Stretch(plain.AsSpan(at, length - at));
            if (stretch >= ShortestStretch || depth == 0)
                ReadStretch(plain.AsSpan(at, stretch), places.AsSpan(at, stretch + 1), whole, depth);
            at += Math.Max(stretch, 1);
        }

        ArrayPool<int>.Shared.Return(places);
        ArrayPool<char>.Shared.Return(plain);
    }

    /// <summary>The number of characters at the beginning that may be text. Binary data has other characters.</summary>
    public static int Stretch(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsText(text[length]))
            length++;
        return length;
    }

    private void ReadStretch(ReadOnlySpan<char> plain, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        letters.Add(plain, from, whole);
        if (depth < MostDeep)
        {
            RareEscapes.ReadPlain(this, plain, from, whole, depth + 1);
            CodePages.Read(this, plain, from, whole, depth + 1);
            NumberLists.Read(this, plain, from, whole, depth + 1);
        }

        Base64Text.Read(this, plain, from, whole, depth + 1, mayNest: depth < MostDeep);
    }

    // Rare scripts do not count as text: random bytes that are taken for UTF-16 decode to them.
    private static bool IsText(char c) => c switch
    {
        < ' ' => c is '\t' or '\n' or '\r',
        < '\u00A0' => c < '\u007F',
        < '\u2700' => char.GetUnicodeCategory(c) != UnicodeCategory.OtherNotAssigned,
        _ =>
            c is (>= '\u3000' and <= '\u30FF') or (>= '\u4E00' and <= '\u9FFF') or (>= '\uAC00' and <= '\uDFFF')
                or (>= '\uFE00' and <= '\uFE0F'),
    };
}
