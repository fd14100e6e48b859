using System.Buffers;
using System.Globalization;

namespace Orchestrator.Providers;

/// <summary>
/// Reads a server's words in every way in which they may be written: without escapes, and what their numbers, their base64 or their wrong
/// encoding stand for, which is read again. How deep and how much is bounded; words that take more cannot be compared.
/// </summary>
internal sealed class SaidReadings(SaidUnits units, int most)
{
    // Bytes that are no text hold shorter ones by chance.
    private const int ShortestStretch = 8;
    /// <summary>Readings that deep are not read again.</summary>
    public const int MostDeep = 3;

    private long _left = most;

    /// <summary>The parts of the words that are long and encoded in a way that is not known.</summary>
    public List<Range> Opaque { get; } = [];

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text as it stands.</param>
    /// <param name="from">Where each character begins in the source, and the end of the last.</param>
    /// <param name="whole">What all of the text stands for, when its characters have no places of their own.</param>
    /// <param name="depth">How many encodings it was read through.</param>
    public void Read(ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        _left -= text.Length;
        units.IsFull |= _left < 0;
        if (units.IsFull || text.IsEmpty)
            return;
        var plain = ArrayPool<char>.Shared.Rent(text.Length);
        var places = ArrayPool<int>.Shared.Rent(text.Length + 1);
        text.CopyTo(plain);
        from.CopyTo(places);
        if (depth < MostDeep)
        {
            SaidForms.ReadRaw(this, text, places.AsSpan(0, text.Length + 1), whole, depth + 1);
            SaidBytes.ReadWide(this, text, places.AsSpan(0, text.Length + 1), whole, depth + 1);
        }

        var length = Escapes.Undo(plain.AsSpan(0, text.Length), whole is null ? places.AsSpan(0, text.Length + 1) : []);
        if (depth < MostDeep && length < text.Length)
            SaidBytes.ReadWide(this, plain.AsSpan(0, length), places.AsSpan(0, length + 1), whole, depth + 1);

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

    /// <summary>How many characters in a row may be text: bytes that are none of it hold others.</summary>
    public static int Stretch(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && IsText(text[length]))
            length++;
        return length;
    }

    private void ReadStretch(ReadOnlySpan<char> plain, ReadOnlySpan<int> from, Range? whole, int depth)
    {
        units.Add(plain, from, whole);
        if (depth < MostDeep)
        {
            SaidForms.ReadPlain(this, plain, from, whole, depth + 1);
            SaidPages.Read(this, plain, from, whole, depth + 1);
            SaidNumbers.Read(this, plain, from, whole, depth + 1);
        }

        SaidBytes.Read(this, plain, from, whole, depth + 1, mayNest: depth < MostDeep);
    }

    // Letters of rare scripts do not count: bytes that are no UTF-16 decode to them.
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
