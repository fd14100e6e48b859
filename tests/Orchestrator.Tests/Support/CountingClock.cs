namespace Orchestrator.Tests.Support;

/// <summary>A clock by hand that counts the timers in use, and fails where the test says.</summary>
internal sealed class CountingClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private long _now = TimeSpan.FromHours(1).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The timers that were made and not disposed.</summary>
    public int Timers
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    /// <summary>Runs where the clock is asked for something: it may throw.</summary>
    public Action<ClockUse>? On { get; set; }

    public override long GetTimestamp()
    {
        On?.Invoke(ClockUse.Read);
        return Volatile.Read(ref _now);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        On?.Invoke(ClockUse.Create);
        var timer = new Timer(this, () => callback(state)) { Due = DueOf(dueTime) };
        lock (_lock)
            _timers.Add(timer);
        return timer;
    }

    /// <summary>Passes time and fires what is due, on this thread.</summary>
    public void Pass(double seconds)
    {
        var now = Interlocked.Add(ref _now, TimeSpan.FromSeconds(seconds).Ticks);
        while (true)
        {
            Timer? due;
            lock (_lock)
                due = _timers.Find(t => t.Due <= now);
            if (due is null)
                return;
            due.Due = long.MaxValue;
            due.Call();
        }
    }

    private long DueOf(TimeSpan due) => due == Timeout.InfiniteTimeSpan ? long.MaxValue : Volatile.Read(ref _now) + due.Ticks;

    private sealed class Timer(CountingClock clock, Action call) : ITimer
    {
        public long Due { get; set; }

        public void Call() => call();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.On?.Invoke(ClockUse.Change);
            Due = clock.DueOf(dueTime);
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
            clock.On?.Invoke(ClockUse.Dispose);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}

/// <summary>What a clock is asked for.</summary>
internal enum ClockUse
{
    Read,
    Create,
    Change,
    Dispose,
}
