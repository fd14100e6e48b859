namespace Orchestrator.Wall;

/// <summary>
/// A clock that is moved by hand and calls its timers on the thread that moves it: for runs without sockets, by the thousand.
/// </summary>
internal sealed class ManualClock : WallClock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _now;

    public override bool IsReal => false;

    public override TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
                return _now;
        }
    }

    public override IDisposable Hold() => throw new NotSupportedException("This clock never moves by itself.");

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on, past every timer that is due until then.</summary>
    public void AdvanceTo(TimeSpan moment)
    {
        while (Take(moment) is { } timer)
            timer.Call();
        lock (_lock)
            _now = moment > _now ? moment : _now;
    }

    /// <summary>
    /// Moves to the next timer and calls it; without one, gives whatever the pool still does time to set one. False when none comes.
    /// </summary>
    public bool FireNext()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if (Take(TimeSpan.MaxValue) is { } timer)
            {
                timer.Call();
                return true;
            }

            Thread.Yield();
        }

        return false;
    }

    public override void Dispose()
    {
    }

    private ManualTimer? Take(TimeSpan until)
    {
        lock (_lock)
        {
            var first = _timers.MinBy(t => t.Due);
            if (first is null || first.Due > until)
                return null;
            _timers.Remove(first);
            _now = first.Due > _now ? first.Due : _now;
            return first;
        }
    }

    private sealed class ManualTimer(ManualClock clock, Action call) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Call() => call();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = clock._now + dueTime;
                clock._timers.Add(this);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
