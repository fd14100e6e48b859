using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>
/// The folded letters of all readings of a server's words, one reading after the other, each letter with its place in the words. The room
/// is borrowed and bounded by a multiple of the words' length.
/// </summary>
internal sealed class SaidUnits(int limit) : IDisposable
{
    /// <summary>Stands between two readings. No text folds to it.</summary>
    public const char Gap = '\uFFFF';

    private char[] _units = [];
    private ushort[] _starts = [];
    private ushort[] _ends = [];
    private bool[] _isEdge = [];
    private int _count;

    /// <summary>The letters.</summary>
    public ReadOnlySpan<char> Units => _units.AsSpan(0, _count);

    /// <summary>Whether there were more than fit: then not all of the words can be compared.</summary>
    public bool IsFull { get; set; }

    /// <summary>The part of the source that some letters stand for.</summary>
    public Range SourceOf(int at, int count) => _starts[at].._ends[at + count - 1];

    /// <summary>Whether some letters are words of their own, or all that some bytes stand for.</summary>
    public bool AreWords(int at, int count) => _isEdge[at] && (at + count == _count || _isEdge[at + count]);

    /// <summary>Takes a reading.</summary>
    /// <param name="text">The text, without escapes.</param>
    /// <param name="from">Where each character begins in the source, and the end of the last.</param>
    /// <param name="whole">What all of the text stands for, when its characters have no places of their own.</param>
    public void Add(ReadOnlySpan<char> text, ReadOnlySpan<int> from, Range? whole)
    {
        if (IsFull || text.IsEmpty)
            return;
        var most = text.Length;
        foreach (var c in text)
            most += IsIdeograph(c) ? 1 : 0;
        Reserve(most + 1);
        var places = ArrayPool<int>.Shared.Rent(most);
        var length = LetterFold.Fold(text, _units.AsSpan(_count), places);
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
        (_units[_count], _starts[_count], _ends[_count], _isEdge[_count]) = (Gap, 0, 0, true);
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
        if (_count + more > _units.Length)
            Resize(Math.Max(_count + more, 2 * _count));
    }

    private void Resize(int length)
    {
        Renew(ref _units, length);
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
