using System.Buffers;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>A pooled buffer for one decoding of a text: its characters, each with its position in the source. Never longer than the text it
/// is decoded from.</summary>
internal ref struct DecodedText
{
    private readonly char[] _text;
    private readonly int[] _from;

    public DecodedText(int length)
    {
        _text = ArrayPool<char>.Shared.Rent(length);
        _from = ArrayPool<int>.Shared.Rent(length + 1);
    }

    public int Count { get; private set; }

    public readonly ReadOnlySpan<char> Text => _text.AsSpan(0, Count);

    /// <summary>Adds a character or code point with its position. A number that is no code point adds nothing.</summary>
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

    /// <summary>The positions of the characters, and the end of the last.</summary>
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
