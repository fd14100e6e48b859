using System.Buffers;

namespace Orchestrator.Providers;

/// <summary>
/// Buffers that grow. They are pooled up to the usual size only: the pool never shrinks, and the large buffers of one huge answer would
/// stay in memory. Those are left to the garbage collector.
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
