using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>
/// The folded letters of all decodings of a server's text, one decoding after the other, each letter with its position in the text. The
/// arrays are pooled, and their length is bounded by a multiple of the text's.
/// </summary>
internal sealed class DecodedLetters(int limit) : IDisposable
{
    /// <summary>Separates two decodings. No text folds to it.</summary>
    public const char Gap = '\uFFFF';

    private char[] _letters = [];
    private ushort[] _starts = [];
    private ushort[] _ends = [];
    private bool[] _isEdge = [];
    private int _count;

    /// <summary>The letters.</summary>
    public ReadOnlySpan<char> Letters => _letters.AsSpan(0, _count);

    /// <summary>Whether the bound was exceeded: then the text cannot be compared completely.</summary>
    public bool IsFull { get; set; }

    /// <summary>The part of the source that some letters come from.</summary>
    public Range SourceOf(int at, int count) => _starts[at].._ends[at + count - 1];

    /// <summary>Whether some letters begin and end at word boundaries, or are the whole decoding of some bytes.</summary>
    public bool AreWords(int at, int count) => _isEdge[at] && (at + count == _count || _isEdge[at + count]);

    /// <summary>Adds the letters of one decoding.</summary>
    /// <param name="text">The text, without escapes.</param>
    /// <param name="from">Where each character begins in the source, and the end of the last.</param>
    /// <param name="whole">The part of the source that the whole text comes from, when its characters have no positions of their
    /// own.</param>
    public void Add(ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole)
    {
        if (IsFull || text.IsEmpty)
            return;
        var most = text.Length;
        foreach (var c in text)
            most += IsIdeograph(c) ? 1 : 0;
        Reserve(most + 1);
        var places = ArrayPool<int>.Shared.Rent(most);
        var length = LetterFold.Fold(text, _letters.AsSpan(_count), places);
        for (var i = 0; i < length; i++)
        {
            var (at, place) = (_count + i, places[i]);
            (_starts[at], _ends[at]) = whole is { } range
                ? ((ushort)range.Start.Value, (ushort)range.End.Value)
                : ((ushort)from[place], (ushort)from[place + 1]);
            _isEdge[at] = whole is null ? IsBegin(text, place) : i == 0;
        }

        ArrayPool<int>.Shared.Return(places);
        if (length == 0)
            return;
        _count += length;
        (_letters[_count], _starts[_count], _ends[_count], _isEdge[_count]) = (Gap, 0, 0, true);
        _count++;
        IsFull = _count > limit;
    }

    public void Dispose() => Resize(0);

    // Ideographs are written without spaces.
    private static bool IsBegin(ReadOnlySpan<char> text, int at) =>
        at == 0 || IsIdeograph(text[at]) || !char.IsLetterOrDigit(text[at - 1]) || IsIdeograph(text[at - 1]);

    private static bool IsIdeograph(char c) => c is >= '\u2E80' and <= '\uD7FF';

    private void Reserve(int more)
    {
        if (_count + more > _letters.Length)
            Resize(Math.Max(_count + more, 2 * _count));
    }

    private void Resize(int length)
    {
        Renew(ref _letters, length);
        Renew(ref _starts, length);
        Renew(ref _ends, length);
        Renew(ref _isEdge, length);
    }

    private void Renew<T>(ref T[] array, int length)
    {
        var next = length == 0 ? [] : ArrayPool<T>.Shared.Rent(length);
        if (length > 0)
            array.AsSpan(0, _count).CopyTo(next);
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
        array = next;
    }
}
