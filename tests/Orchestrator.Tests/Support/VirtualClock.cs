using System.Diagnostics;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A clock that stands still until the test moves it to its next timer. A test that only waits for timers sees exactly the times they were
/// set for.
/// </summary>
internal sealed class VirtualClock : TimeProvider
{
    private const int Hops = 20;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(8);
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _now;
    private long _changes;
    private Action? _onLook;
    private Action? _onTimer;

    /// <summary>Runs once, when the frequency is asked for next: the code that asks computes with the time.</summary>
    public Action? OnLook
    {
        get => _onLook;
        set => _onLook = value;
    }

    /// <summary>Runs once, when the next timer is made.</summary>
    public Action? OnTimer
    {
        get => _onTimer;
        set => _onTimer = value;
    }

    public override long TimestampFrequency
    {
        get
        {
            Interlocked.Exchange(ref _onLook, null)?.Invoke();
            return TimeSpan.TicksPerSecond;
        }
    }

    /// <summary>What has passed since the clock was made.</summary>
    public TimeSpan Elapsed => new(Volatile.Read(ref _now));

    public int Waiting
    {
        get
        {
            lock (_lock)
                return _timers.Count;
        }
    }

    public override long GetTimestamp() => TimeSpan.FromHours(1).Ticks + Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => _start + Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Exchange(ref _onTimer, null)?.Invoke();
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Passes time, and fires what falls due on the way, in order.</summary>
    public void Advance(TimeSpan by)
    {
        var target = Volatile.Read(ref _now) + by.Ticks;
        while (Next(target) is { } timer)
            timer.Fire();
        lock (_lock)
            _now = Math.Max(_now, target);
    }

    /// <summary>Goes from timer to timer until the task has ended. Between two it waits until nothing sets timers any more.</summary>
    public async Task<T> RunAsync<T>(Task<T> task)
    {
        await RunAsync((Task)task);
        return await task;
    }

    public async Task RunAsync(Task task)
    {
        var limit = Stopwatch.StartNew();
        while (!task.IsCompleted)
        {
            limit.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60), "a call on a virtual clock should end");
            var changes = Interlocked.Read(ref _changes);
            await Task.WhenAny(task, Task.Delay(Quiet));
            // On a machine that is busy the work that a timer began may still stand in the pool's queue: it goes before these.
            for (var hop = 0; hop < Hops && !task.IsCompleted; hop++)
                await Task.Run(static () => { });
            if (!task.IsCompleted && changes == Interlocked.Read(ref _changes) && Next(long.MaxValue) is { } timer)
                timer.Fire();
        }

        await task;
    }

    private Timer? Next(long until)
    {
        lock (_lock)
        {
            var next = _timers.MinBy(t => t.Due);
            if (next is null || next.Due > until)
                return null;
            _timers.Remove(next);
            _now = Math.Max(_now, next.Due);
            return next;
        }
    }

    private sealed class Timer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public long Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Interlocked.Increment(ref clock._changes);
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._now + dueTime.Ticks;
                    clock._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
