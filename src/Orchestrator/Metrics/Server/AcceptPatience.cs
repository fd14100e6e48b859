namespace Orchestrator;

/// <summary>
/// How long a connection may stay without a complete request before it is closed in favour of another. A burst of slow clients needs that
/// time; under a flood of connections that send nothing it halves with every few of them. On Linux the kernel has waited for seconds
/// already.
/// </summary>
internal sealed class AcceptPatience(LoopClock clock)
{
    private const int SilentPerHalving = 16;
    private const int MaxSilent = 10 * SilentPerHalving;
    private static readonly TimeSpan Full = TimeSpan.FromMilliseconds(OperatingSystem.IsLinux() ? 20 : 250);
    private static readonly TimeSpan FloodMemory = TimeSpan.FromSeconds(1);

    private TimeSpan _lastSilent;
    private int _silent;

    public TimeSpan Now()
    {
        if (_silent > 0 && clock.Now - _lastSilent > FloodMemory)
            _silent = 0;
        return Full / (1 << (_silent / SilentPerHalving));
    }

    /// <summary>A connection was closed without a complete request.</summary>
    public void CountSilent()
    {
        _lastSilent = clock.Now;
        _silent = Math.Min(_silent + 1, MaxSilent);
    }

    /// <summary>A connection sent its first complete request.</summary>
    public void CountHeard() => _silent /= 2;
}
