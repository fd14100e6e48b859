namespace Orchestrator.Tests.Support;

/// <summary>
/// A clock whose time the test passes, forwards and backwards, and whose timers the test fires, early and late too; it shows for when each
/// is set.
/// </summary>
internal sealed class HandClock(long frequency = TimeSpan.TicksPerSecond) : TimeProvider
{
    private static readonly DateTimeOffset Begun = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<HandTimer> _timers = [];
    private long _now = TimeSpan.FromDays(1).Ticks;
    private Action? _onLook;

    public override long TimestampFrequency => frequency;

    /// <summary>The time of its first stamp; one day unless the test says otherwise.</summary>
    public TimeSpan Start
    {
        init => _now = value.Ticks;
    }

    /// <summary>Runs once, when the time is asked for next: what happens on another thread at that very moment.</summary>
    public Action OnLook
    {
        set => _onLook = value;
    }

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

    public override long GetTimestamp()
    {
        Interlocked.Exchange(ref _onLook, null)?.Invoke();
        return Volatile.Read(ref _now) / (TimeSpan.TicksPerSecond / frequency);
    }

    public override DateTimeOffset GetUtcNow() => Begun + TimeSpan.FromTicks(Volatile.Read(ref _now));

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
