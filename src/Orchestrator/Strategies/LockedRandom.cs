namespace Orchestrator;

/// <summary>Makes a caller's source of chance safe to use from many threads.</summary>
internal sealed class LockedRandom(Random source) : Random(0)
{
    private readonly Lock _lock = new();

    /// <summary>The runtime's own source, which is safe already.</summary>
#pragma warning disable RS0030 // The default behind the injected source.
    public static Random Default => Shared;
#pragma warning restore RS0030

    public override int Next()
    {
        lock (_lock)
            return source.Next();
    }

    public override int Next(int maxValue)
    {
        lock (_lock)
            return source.Next(maxValue);
    }

    public override int Next(int minValue, int maxValue)
    {
        lock (_lock)
            return source.Next(minValue, maxValue);
    }

    public override long NextInt64()
    {
        lock (_lock)
            return source.NextInt64();
    }

    public override long NextInt64(long maxValue)
    {
        lock (_lock)
            return source.NextInt64(maxValue);
    }

    public override long NextInt64(long minValue, long maxValue)
    {
        lock (_lock)
            return source.NextInt64(minValue, maxValue);
    }

    public override double NextDouble()
    {
        lock (_lock)
            return source.NextDouble();
    }

    public override float NextSingle()
    {
        lock (_lock)
            return source.NextSingle();
    }

    public override void NextBytes(byte[] buffer)
    {
        lock (_lock)
            source.NextBytes(buffer);
    }

    public override void NextBytes(Span<byte> buffer)
    {
        lock (_lock)
            source.NextBytes(buffer);
    }

    protected override double Sample() => NextDouble();
}
