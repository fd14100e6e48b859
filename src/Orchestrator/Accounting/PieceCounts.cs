using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orchestrator;

/// <summary>
/// A cache of the token counts of recent pieces, 64 KB in all. The tokenizer library looks up words of several tokens under one lock, where
/// two threads are slower than one; this cache is read without a lock. A slot is one number, read and written at once: 56 bits of the
/// piece's hash and 8 of its count. The slot's place adds the other bits, so a wrong answer takes two pieces of the same 64-bit hash.
/// </summary>
internal sealed class PieceCounts
{
    /// <summary>Longer pieces are rare and not cached.</summary>
    public const int LongestPiece = 32;
    private const int Slots = 8192;
    private const ulong CountBits = 0xFF;

    private readonly ulong[] _slots = new ulong[Slots];

    /// <summary>The count, or 0 when it is not known; <paramref name="hash"/> is what <see cref="Remember"/> needs then.</summary>
    public int Find(ReadOnlySpan<char> piece, out ulong hash)
    {
        hash = Hash(piece);
        var slot = Volatile.Read(ref _slots[hash % Slots]);
        return ((slot ^ hash) & ~CountBits) == 0 ? (int)(slot & CountBits) : 0;
    }

    public void Remember(ulong hash, int count)
    {
        if (count is > 0 and <= (int)CountBits)
            Volatile.Write(ref _slots[hash % Slots], (hash & ~CountBits) | (uint)count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Hash(ReadOnlySpan<char> piece)
    {
        var hash = (ulong)piece.Length;
        var bytes = MemoryMarshal.AsBytes(piece);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        var rest = 0UL;
        if (bytes.Length >= sizeof(uint))
        {
            rest = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            bytes = bytes[sizeof(uint)..];
        }
        if (!bytes.IsEmpty)
            rest = (rest << 16) | BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return Mix(Mix(hash) ^ rest);
    }

    // Odd factors and shifts lose nothing: pieces of the same length up to four characters never share a hash.
    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        value ^= value >> 29;
        value *= 0xD6E8FEB86659FD93;
        return value ^ (value >> 32);
    }
}
