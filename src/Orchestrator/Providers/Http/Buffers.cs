using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>
/// Buffers that grow: pooled while they are of a usual size. The pool keeps what it is given, and the steps on the way to one huge answer
/// would stay in memory for good; those are left to the collector.
/// </summary>
internal static class Buffers
{
    private const int LargestPooled = 1024 * 1024;

    public static byte[] Rent(int size) =>
        size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    public static void Return(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= LargestPooled)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>A larger buffer that begins with the same bytes, in place of this one.</summary>
    public static byte[] Grow(byte[] buffer, int length, int size)
    {
        var larger = Rent(size);
        buffer.AsSpan(0, length).CopyTo(larger);
        Return(buffer);
        return larger;
    }
}
