namespace Orchestrator.Providers;

/// <summary>Which pieces of one length two texts have in common, in time that grows with their lengths only. The pieces are known by their hashes.</summary>
/// <remarks>Should two different pieces have the same hash, a bit too much counts as common.</remarks>
/// <param name="length">The length of a piece.</param>
internal sealed class Grams(int length)
{
    private const int BitsLog2 = 14;
    private const int Bits = 1 << BitsLog2;
    private const ulong Base = 1_099_511_628_211;

    private readonly List<ulong> _wanted = [];
    private readonly HashSet<ulong> _found = [];
    // Most pieces of a long text are told apart here, without a search.
    private readonly ulong[] _sieve = new ulong[Bits / 64];
    private readonly ulong _oldest = PowerOfBase(length);
    private bool _isSorted;

    public bool HasFound => _found.Count > 0;

    /// <summary>Takes the pieces of the one text.</summary>
    public void Want(ReadOnlySpan<char> units)
    {
        var hash = 0UL;
        _isSorted = false;
        _wanted.EnsureCapacity(_wanted.Count + Math.Max(0, units.Length - length + 1));
        for (var i = 0; i < units.Length; i++)
        {
            hash = Roll(hash, units, i);
            if (i < length - 1)
                continue;
            _wanted.Add(hash);
            _sieve[Slot(hash) / 64] |= 1UL << (Slot(hash) % 64);
        }
    }

    /// <summary>Looks for them in the other.</summary>
    public void Find(ReadOnlySpan<char> units)
    {
        if (!_isSorted)
            _wanted.Sort();
        _isSorted = true;
        var hash = 0UL;
        for (var i = 0; i < units.Length; i++)
        {
            hash = Roll(hash, units, i);
            if (i >= length - 1 && (_sieve[Slot(hash) / 64] & (1UL << (Slot(hash) % 64))) != 0 && _wanted.BinarySearch(hash) >= 0)
                _found.Add(hash);
        }
    }

    /// <summary>Marks the units of the one text that belong to a piece which is in the other.</summary>
    public void Mark(ReadOnlySpan<char> units, Span<bool> marks)
    {
        var hash = 0UL;
        for (var i = 0; i < units.Length; i++)
        {
            hash = Roll(hash, units, i);
            if (i >= length - 1 && _found.Contains(hash))
                marks.Slice(i - length + 1, length).Fill(true);
        }
    }

    /// <summary>The hash of the piece that ends here, out of the one before.</summary>
    private ulong Roll(ulong hash, ReadOnlySpan<char> units, int at)
    {
        if (at >= length)
            hash -= (units[at - length] + 1UL) * _oldest;
        return (hash * Base) + units[at] + 1UL;
    }

    // The upper bits depend on all of the piece.
    private static int Slot(ulong hash) => (int)((hash ^ (hash >> 23)) >> (64 - BitsLog2));

    private static ulong PowerOfBase(int length)
    {
        var power = 1UL;
        for (var i = 1; i < length; i++)
            power *= Base;
        return power;
    }
}
