namespace Orchestrator.BadLuck;

/// <summary>A timer of the <see cref="WorldClock"/>. A changed or disposed one leaves its old entry in the queue, where its version tells
/// that it is void.</summary>
internal sealed class WorldTimer(WorldClock clock, TimerCallback callback, object? state) : ITimer
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private TimeSpan _period;
    private bool _isDisposed;

    /// <summary>Guarded by the clock's lock.</summary>
    public int Version { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (clock.Gate)
        {
            if (_isDisposed)
                return false;
            Version++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                clock.ScheduleUnderLock(this, dueTime);
            return true;
        }
    }

    public void Fire()
    {
        if (_period > TimeSpan.Zero)
            Change(_period, _period);
        if (_context is null)
            callback(state);
        else
            ExecutionContext.Run(_context, s => callback(s), state);
    }

    public void Dispose()
    {
        lock (clock.Gate)
        {
            _isDisposed = true;
            Version++;
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
