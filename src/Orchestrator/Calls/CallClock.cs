namespace Orchestrator;

/// <summary>A call's time, in stamps: what its attempts, its waits and its consumer took of it.</summary>
internal struct CallClock
{
    private long _spent;
    private long _counted;
    private long _waited;
    private long _atConsumer;
    private long _pausedAt;
    private long _finished;
    private CoarseStamp _step;

    /// <summary>When the call began: a buffered one at once, a stream when its consumer asks for the first update.</summary>
    public long Started { get; private set; }

    /// <summary>Whether the consumer holds an update.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether the call has waited for anything but providers: its plan is older than its start.</summary>
    public readonly bool HasWaited => _waited != 0;

    /// <summary>What the call's limit counts so far: the attempts that have ended, and the waits between them.</summary>
    public readonly long Counted => _counted + _waited;

    public void Start(long now) => Started = now;

    /// <summary>An update goes to the consumer: the time until it asks for the next is its own.</summary>
    /// <returns>The time.</returns>
    public long Pause(RouterClock clock)
    {
        IsPaused = true;
        return _pausedAt = clock.Now(ref _step);
    }

    /// <summary>The consumer asks for the next update.</summary>
    /// <returns>The time.</returns>
    public long Resume(RouterClock clock)
    {
        var now = clock.Now(ref _step);
        _atConsumer += now - _pausedAt;
        IsPaused = false;
        return now;
    }

    /// <summary>A wait for a permit or for a retry has ended.</summary>
    public void AddWait(long stamps) => _waited += stamps;

    public void Add(in AttemptResult attempt)
    {
        _spent += attempt.Spent;
        _counted += attempt.Counted;
        // The next attempt begins later than the last step.
        _step = default;
    }

    /// <summary>The answer is there.</summary>
    /// <returns>The call's latency.</returns>
    public long Finish(long now)
    {
        _finished = now;
        return now - Started - _atConsumer;
    }

    /// <summary>The call is over.</summary>
    /// <param name="clock">The router's clock.</param>
    /// <param name="live">Whether the call was live.</param>
    /// <returns>All of its time but the consumer's own, and the part that neither attempts nor waits took.</returns>
    public (long Whole, long Overhead) End(RouterClock clock, bool live)
    {
        // A buffered call is over with its result; a clock is too dear to look at twice.
        var now = live || _finished == 0 ? clock.NowOr(Started + _atConsumer + _spent + _waited) : _finished;
        if (IsPaused)
            _atConsumer += now - _pausedAt;
        var whole = now - Started - _atConsumer;
        return (whole, Math.Max(0, whole - _spent - _waited));
    }
}
