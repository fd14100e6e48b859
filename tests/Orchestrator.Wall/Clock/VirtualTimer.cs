namespace Orchestrator.Wall;

/// <summary>
/// A timer of the <see cref="VirtualClock"/>. A changed or disposed one leaves its old entry in the queue, where its version tells that it
/// is void.
/// </summary>
internal sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly Lock _lock = new();
    private TimeSpan _period;
    private volatile int _version;
    private volatile bool _disposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            if (_disposed)
                return false;
            _version++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                clock.Schedule(this, _version, dueTime < TimeSpan.Zero ? TimeSpan.Zero : dueTime);
            return true;
        }
    }

    /// <summary>Asked under the clock's lock, so it takes none: a change holds this timer's while it waits for the clock's.</summary>
    public bool IsCurrent(int version) => !_disposed && version == _version;

    /// <summary>Runs the callback on the pool, as the system's timers do.</summary>
    public void Fire(int version)
    {
        lock (_lock)
        {
            if (_disposed || version != _version)
                return;
            if (_period > TimeSpan.Zero)
                clock.Schedule(this, _version, _period);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Call(), this, preferLocal: false);
    }

    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private void Call()
    {
        if (_context is null)
            callback(state);
        else
            ExecutionContext.Run(_context, s => callback(s), state);
    }
}
