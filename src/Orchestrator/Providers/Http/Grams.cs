using System.Buffers;
using System.Numerics;

namespace Orchestrator.Providers;

/// <summary>Finds the pieces of one length (n-grams) that two texts have in common, in time linear in their lengths. Pieces are compared by
/// their hashes.</summary>
/// <remarks>If two different pieces have the same hash, a little too much counts as common.</remarks>
internal sealed class Grams : IDisposable
{
    private const ulong Base = 1_099_511_628_211;
    private const int LeastSieve = 6;
    private const int MostSieve = 17;

    private readonly int _length;
    private readonly ulong _oldest;
    // Sorted hashes, and a mark for each that was found.
    private readonly ulong[] _wanted;
    private readonly bool[] _isFound;
    private readonly int _count;
    // A bit filter: it excludes most pieces of a long text without a search.
    private readonly ulong[] _sieve;
    private readonly int _sieveLog2;

    /// <param name="length">The length of a piece.</param>
    /// <param name="units">The text whose pieces are searched for.</param>
    public Grams(int length, ReadOnlySpan<char> units)
    {
        _length = length;
        _oldest = PowerOfBase(length);
        var most = Math.Max(0, units.Length - length + 1);
        // About eight bits for each piece.
        _sieveLog2 = Math.Clamp(BitOperations.Log2((uint)most + 1) + 4, LeastSieve, MostSieve);
        _sieve = ArrayPool<ulong>.Shared.Rent((1 << _sieveLog2) / 64);
        _sieve.AsSpan(0, (1 << _sieveLog2) / 64).Clear();
        _wanted = ArrayPool<ulong>.Shared.Rent(most);
        _isFound = ArrayPool<bool>.Shared.Rent(most);
        _isFound.AsSpan(0, most).Clear();
        var hash = 0UL;
        for (var i = 0; i < units.Length; i++)
        {
            hash = Roll(hash, units, i);
            if (i < length - 1)
                continue;
            _wanted[_count++] = hash;
            _sieve[Slot(hash) / 64] |= 1UL << (Slot(hash) % 64);
        }

        _wanted.AsSpan(0, _count).Sort();
    }

    public bool HasFound { get; private set; }

    /// <summary>Searches another text for the pieces.</summary>
    public void Find(ReadOnlySpan<char> units)
    {
        var hash = 0UL;
        for (var i = 0; i < units.Length; i++)
        {
            hash = Roll(hash, units, i);
            if (i >= _length - 1 && (_sieve[Slot(hash) / 64] & (1UL << (Slot(hash) % 64))) != 0
                && _wanted.AsSpan(0, _count).BinarySearch(hash) is >= 0 and var at)
            {
                HasFound = _isFound[at] = true;
            }
        }
    }

    /// <summary>Marks the units of the first text that belong to a piece that was found.</summary>
    public void Mark(ReadOnlySpan<char> units, Span<bool> marks)
    {
        var hash = 0UL;
        for (var i = 0; i < units.Length; i++)
        {
            hash = Roll(hash, units, i);
            // Among equal hashes the binary search always finds the same entry.
            if (i >= _length - 1 && _isFound[_wanted.AsSpan(0, _count).BinarySearch(hash)])
                marks.Slice(i - _length + 1, _length).Fill(true);
        }
    }

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(_sieve);
        ArrayPool<ulong>.Shared.Return(_wanted);
        ArrayPool<bool>.Shared.Return(_isFound);
    }

    /// <summary>The rolling hash: that of the piece that ends here, computed from the one before.</summary>
    private ulong Roll(ulong hash, ReadOnlySpan<char> units, int at)
    {
        if (at >= _length)
            hash -= (units[at - _length] + 1UL) * _oldest;
        return (hash * Base) + units[at] + 1UL;
    }

    // The upper bits depend on all of the piece.
    private int Slot(ulong hash) => (int)((hash ^ (hash >> 23)) >> (64 - _sieveLog2));

    private static ulong PowerOfBase(int length)
    {
        var power = 1UL;
        for (var i = 1; i < length; i++)
            power *= Base;
        return power;
    }
}
