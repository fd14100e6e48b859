namespace Orchestrator;

/// <summary>The durations of the last 1,000 attempts, in ticks of 100 ns. Guarded by its owner's lock.</summary>
internal sealed class LatencyRing
{
    private const int Capacity = 1000;
    private const int Rolling = 100;
    // Grows to its capacity by doubling: most providers never get 1,000 calls.
    private long[] _ticks = new long[16];
    private int _count;
    private int _next;

    public void Add(long ticks)
    {
        if (_count == _ticks.Length && _count < Capacity)
            Array.Resize(ref _ticks, Math.Min(Capacity, _count * 2));
        if (_next == _ticks.Length)
            _next = 0;
        _ticks[_next++] = ticks;
        if (_count < _ticks.Length)
            _count++;
    }

    public TimeSpan RollingAverage()
    {
        var taken = Math.Min(_count, Rolling);
        if (taken == 0)
            return TimeSpan.Zero;
        long sum = 0;
        for (var i = 1; i <= taken; i++)
            sum += _ticks[(_next - i + _ticks.Length) % _ticks.Length];
        return TimeSpan.FromTicks(sum / taken);
    }

    /// <summary>A sorted copy, for percentiles.</summary>
    public long[] Sorted()
    {
        var copy = _ticks.AsSpan(0, _count).ToArray();
        Array.Sort(copy);
        return copy;
    }

    /// <summary>The smallest value that at least <paramref name="share"/> of the values do not exceed.</summary>
    public static TimeSpan Percentile(long[] sorted, double share) =>
        sorted.Length == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
}
