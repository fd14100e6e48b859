using System.Buffers;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>Borrowed room for one more reading of a text, character by character with its place. Never longer than what it is read
/// from.</summary>
internal ref struct SaidView
{
    private readonly char[] _text;
    private readonly int[] _from;

    public SaidView(int length)
    {
        _text = ArrayPool<char>.Shared.Rent(length);
        _from = ArrayPool<int>.Shared.Rent(length + 1);
    }

    public int Count { get; private set; }

    public readonly ReadOnlySpan<char> Text => _text.AsSpan(0, Count);

    /// <summary>Adds a character or code point that stands at a place; one of no such kind adds nothing.</summary>
    public void Add(int value, int place)
    {
        if (value is >= 0 and <= char.MaxValue)
        {
            (_text[Count], _from[Count]) = ((char)value, place);
            Count++;
        }
        else if (Rune.TryCreate(value, out var rune) && Count + 2 <= _text.Length)
        {
            rune.EncodeToUtf16(_text.AsSpan(Count));
            (_from[Count], _from[Count + 1]) = (place, place);
            Count += 2;
        }
    }

    /// <summary>The places of the text, with the end of the last.</summary>
    public readonly ReadOnlySpan<int> Places(int end)
    {
        _from[Count] = end;
        return _from.AsSpan(0, Count + 1);
    }

    public void Clear() => Count = 0;

    public readonly void Dispose()
    {
        ArrayPool<int>.Shared.Return(_from);
        ArrayPool<char>.Shared.Return(_text);
    }
}
