namespace Orchestrator.Wall;

/// <summary>The one clock of a run of the wall: callers, router, providers and servers all live by it.</summary>
internal abstract class WallClock : TimeProvider, IDisposable
{
    private long _step;

    /// <summary>Whether waiting costs real time.</summary>
    public abstract bool IsReal { get; }

    /// <summary>The time since the clock was made, untouched by <see cref="Step"/>.</summary>
    public abstract TimeSpan Elapsed { get; }

    /// <summary>
    /// Puts dates and stamps forward or back, as a suspended machine or a correction does; timers go on as they were set.
    /// </summary>
    public void Step(TimeSpan by) => Interlocked.Add(ref _step, by.Ticks);

    /// <summary>While held, time passes as it does outside: for work that the clock cannot see, such as looking a host's name up.</summary>
    public abstract IDisposable Hold();

    /// <summary>Waits by this clock.</summary>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken = default) =>
        LongWait.DelayAsync(time, this, cancellationToken);

    /// <summary>Waits until a moment on <see cref="Elapsed"/>.</summary>
    public Task UntilAsync(TimeSpan moment, CancellationToken cancellationToken = default) =>
        moment > Elapsed ? DelayAsync(moment - Elapsed, cancellationToken) : Task.CompletedTask;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Elapsed.Ticks + Interlocked.Read(ref _step);

    public override DateTimeOffset GetUtcNow() => Begun + TimeSpan.FromTicks(GetTimestamp());

    public abstract void Dispose();

    /// <summary>The real moment the clock was made: certificates are judged by the system's date.</summary>
    protected DateTimeOffset Begun { get; } = TimeProvider.System.GetUtcNow();
}
