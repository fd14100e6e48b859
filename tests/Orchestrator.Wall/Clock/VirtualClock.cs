namespace Orchestrator.Wall;

/// <summary>
/// A clock that stands still while anything in the process moves and leaps to the next timer when nothing does: minutes of silence pass at
/// once, and whatever a machine's load delays takes no time at all.
/// </summary>
/// <remarks>
/// <code>
///   something runs, or bytes are under way ──► time stands
///   quiet (see <see cref="PoolWatch"/>)     ──► time is the next timer's due time; its callback runs on the pool
///   held, or no quiet for two seconds       ──► time passes as it does outside
/// </code>
/// A thread of its own does the watching, so that the pool's work is nothing but the run's.
/// </remarks>
internal sealed class VirtualClock : WallClock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly PriorityQueue<(VirtualTimer Timer, int Version), (long Due, long Order)> _due = new();
    private readonly PoolWatch _pool = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _now;
    private long _order;
    private int _held;
    private readonly ManualResetEventSlim _scheduled = new();

    public VirtualClock()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "Virtual clock" };
        _thread.Start();
    }

    public override bool IsReal => false;

    public override TimeSpan Elapsed => TimeSpan.FromTicks(Interlocked.Read(ref _now));

    public override IDisposable Hold() => new Holding(this);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public override void Dispose()
    {
        _stop.Set();
        _scheduled.Set();
        _thread.Join();
        _pool.Dispose();
        _stop.Dispose();
    }

    internal void Schedule(VirtualTimer timer, int version, TimeSpan dueTime)
    {
        lock (_lock)
            _due.Enqueue((timer, version), (_now + dueTime.Ticks, _order++));
        _scheduled.Set();
    }

    private void Run()
    {
        var loud = TimeProvider.System.GetTimestamp();
        while (!_stop.IsSet)
        {
            if (Volatile.Read(ref _held) > 0)
            {
                Creep(TimeSpan.FromMilliseconds(1));
                loud = TimeProvider.System.GetTimestamp();
            }
            else if (!HasTimer())
            {
                // Nothing to leap to yet.
                _scheduled.Wait(TimeSpan.FromMilliseconds(50));
                _scheduled.Reset();
                loud = TimeProvider.System.GetTimestamp();
            }
            else if (_pool.IsQuiet(_stop))
            {
                if (Volatile.Read(ref _held) == 0)
                    Leap();
                loud = TimeProvider.System.GetTimestamp();
            }
            else if (TimeProvider.System.GetElapsedTime(loud) > Patience)
            {
                // Some code never rests. Not moving on would make the clock itself hang.
                Creep(TimeSpan.FromMilliseconds(1));
            }
        }
    }

    private bool HasTimer()
    {
        lock (_lock)
        {
            while (_due.TryPeek(out var entry, out _) && !entry.Timer.IsCurrent(entry.Version))
                _due.Dequeue();
            return _due.Count > 0;
        }
    }

    private void Leap()
    {
        long due;
        lock (_lock)
        {
            if (!_due.TryPeek(out _, out var first))
                return;
            due = first.Due;
        }

        AdvanceTo(due);
    }

    /// <summary>Lets a little time pass at the speed of the world.</summary>
    private void Creep(TimeSpan time)
    {
        var from = TimeProvider.System.GetTimestamp();
        _stop.Wait(time);
        AdvanceTo(_now + TimeProvider.System.GetElapsedTime(from).Ticks);
    }

    private void AdvanceTo(long moment)
    {
        List<(VirtualTimer Timer, int Version)> fired = [];
        lock (_lock)
        {
            Interlocked.Exchange(ref _now, Math.Max(_now, moment));
            while (_due.TryPeek(out var entry, out var key) && key.Due <= moment)
            {
                _due.Dequeue();
                fired.Add(entry);
            }
        }

        foreach (var (timer, version) in fired)
            timer.Fire(version);
    }

    private sealed class Holding : IDisposable
    {
        private VirtualClock? _clock;

        public Holding(VirtualClock clock)
        {
            _clock = clock;
            Interlocked.Increment(ref clock._held);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _clock, null) is { } clock)
                Interlocked.Decrement(ref clock._held);
        }
    }
}
