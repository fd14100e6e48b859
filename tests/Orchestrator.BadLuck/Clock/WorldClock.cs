namespace Orchestrator.BadLuck;

/// <summary>The time of callers, router, providers and vendors: it goes on to the next timer when nothing is left to run.</summary>
/// <remarks>Everything runs on the one thread of the pool. The clock is an item of the pool too: when it is run and nothing else is queued,
/// all have come to rest. Timers fire one at a time, in the order of their times and of their setting.</remarks>
internal sealed class WorldClock : TimeProvider, IThreadPoolWorkItem
{
    private const int Patience = 500;

    private readonly PriorityQueue<(WorldTimer Timer, int Version), (long Due, long Order)> _due = new();
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static readonly DateTimeOffset Begun = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private long _now;
    private long _order;
    private int _emptyLooks;
    private volatile bool _isStopped;

    public Lock Gate { get; } = new();

    public TimeSpan Now => new(Interlocked.Read(ref _now));

    /// <summary>How many timers have fired.</summary>
    public long Events { get; private set; }

    /// <summary>Called whenever everything is at rest, before time goes on.</summary>
    public Action? AtRest { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => Begun + Now;

    /// <summary>Lets time pass until it is stopped.</summary>
    /// <returns>False when no timer was left before that: whatever is open would have waited for ever.</returns>
    public Task<bool> RunAsync()
    {
        Queue();
        return _ended.Task;
    }

    public void Stop() => _isStopped = true;

    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken = default) => Task.Delay(time, this, cancellationToken);

    public Task UntilAsync(TimeSpan moment, CancellationToken cancellationToken = default) =>
        moment > Now ? DelayAsync(moment - Now, cancellationToken) : Task.CompletedTask;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new WorldTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void ScheduleUnderLock(WorldTimer timer, TimeSpan dueTime) =>
        _due.Enqueue((timer, timer.Version), (_now + Math.Max(0, dueTime.Ticks), _order++));

    void IThreadPoolWorkItem.Execute()
    {
        // Our own item has left the queue: what is counted is the others'.
        if (ThreadPool.PendingWorkItemCount == 0 && !GoOn())
            return;
        Queue();
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>False when the run has ended.</summary>
    private bool GoOn()
    {
        if (_isStopped)
            return !_ended.TrySetResult(true);
        if (TryTake() is not { } timer)
        {
            // A thread of the router's own might still be about to set one.
            Thread.Sleep(1);
            return ++_emptyLooks <= Patience || !_ended.TrySetResult(false);
        }

        _emptyLooks = 0;
        Events++;
        timer.Fire();
        return true;
    }

    private WorldTimer? TryTake()
    {
        if (NextDue() > _now)
            AtRest?.Invoke();
        lock (Gate)
        {
            SkipVoid();
            if (!_due.TryDequeue(out var entry, out var key))
                return null;
            Interlocked.Exchange(ref _now, Math.Max(_now, key.Due));
            return entry.Timer;
        }
    }

    private long NextDue()
    {
        lock (Gate)
        {
            SkipVoid();
            return _due.TryPeek(out _, out var key) ? key.Due : long.MaxValue;
        }
    }

    private void SkipVoid()
    {
        while (_due.TryPeek(out var entry, out _) && entry.Timer.Version != entry.Version)
            _due.Dequeue();
    }
}
