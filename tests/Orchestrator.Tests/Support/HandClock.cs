namespace Orchestrator.Tests.Support;

/// <summary>A clock whose time the test passes and whose timers the test fires, early and late too; it shows for when each is set.</summary>
internal sealed class HandClock : TimeProvider
{
    private readonly List<HandTimer> _timers = [];
    private long _now = TimeSpan.FromHours(1).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>All timers that were made, in order.</summary>
    public IReadOnlyList<HandTimer> Timers
    {
        get
        {
            lock (_timers)
                return [.. _timers];
        }
    }

    /// <summary>The timer made last.</summary>
    public HandTimer Timer => Timers[^1];

    /// <summary>Runs once, when a timer is about to be set: what happens on another thread at that very moment.</summary>
    public Action? BeforeChange { get; set; }

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state), dueTime);
        lock (_timers)
            _timers.Add(timer);
        return timer;
    }

    public void Pass(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

    public void Pass(double seconds) => Pass(TimeSpan.FromSeconds(seconds));
}

/// <summary>A timer of a <see cref="HandClock"/>.</summary>
internal sealed class HandTimer(HandClock clock, Action callback, TimeSpan due) : ITimer
{
    /// <summary>What it was last set to; infinite when it has fired since.</summary>
    public TimeSpan Due { get; private set; } = due;

    public bool IsDisposed { get; private set; }

    public void Fire()
    {
        Due = Timeout.InfiniteTimeSpan;
        callback();
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        var act = clock.BeforeChange;
        clock.BeforeChange = null;
        act?.Invoke();
        Due = dueTime;
        return true;
    }

    public void Dispose() => IsDisposed = true;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
