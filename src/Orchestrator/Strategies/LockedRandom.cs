namespace Orchestrator;

/// <summary>Random numbers from a source that only one thread at a time may use; this object itself is safe to use from many
/// threads.</summary>
/// <remarks>Every member is made of <see cref="Sample"/>. Overridden is what the base class would draw from a generator of its own, and
/// what would try again for ever with a source that always gives the same number.</remarks>
/// <param name="source">Gives numbers from 0 up to, but not including, 1.</param>
internal sealed class LockedRandom(Func<double> source) : Random(0)
{
    private readonly Lock _lock = new();

    /// <summary>The runtime's own source, which is safe already.</summary>
#pragma warning disable RS0030 // The default behind the injected source.
    public static Random Default => Shared;
#pragma warning restore RS0030

    public override int Next() => (int)(Sample() * int.MaxValue);

    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)(minValue + (long)(Sample() * ((long)maxValue - minValue)));
    }

    public override long NextInt64() => NextInt64(0, long.MaxValue);

    public override long NextInt64(long maxValue) => NextInt64(0, maxValue);

    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        // A fraction has 53 bits: two of them fill a number of 64.
        var bits = ((ulong)(Sample() * 0x1_0000_0000L) << 32) | (ulong)(Sample() * 0x1_0000_0000L);
        var range = unchecked((ulong)maxValue - (ulong)minValue);
        return unchecked((long)((ulong)minValue + Math.BigMul(bits, range, out _)));
    }

    // A fraction just below 1 is 1 as a float.
    public override float NextSingle() => Math.Min((float)Sample(), MathF.BitDecrement(1));

    public override void NextBytes(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        NextBytes(buffer.AsSpan());
    }

    public override void NextBytes(Span<byte> buffer)
    {
        foreach (ref var one in buffer)
            one = (byte)(Sample() * 256);
    }

    protected override double Sample()
    {
        lock (_lock)
            return source();
    }
}
