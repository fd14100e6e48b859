namespace Orchestrator;

/// <summary>
/// What ends an attempt from outside while its provider is waited for: its limits, the caller's cancellation, the router's disposal, and a
/// consumer that abandons the stream. Made when one of them can happen first; an answer that is there at once needs none. The timer's and
/// the tokens' callbacks come from other threads.
/// </summary>
internal sealed class AttemptClock
{
    /// <summary>How long a provider has to come back after its cancellation.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    // Timers do not take more than 49 days; this one looks at the clock when it fires, and sleeps on.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(40);

    private readonly CallInput _call;
    private readonly IRunningCall _running;
    private readonly CancellationTokenSource _provider;
    private readonly TimeSpan _spentBefore;
    private readonly CancellationTokenRegistration _callerLink;
    private CancellationTokenRegistration _disposeLink;
    private ITimer? _timer;
    private AttemptTime _time;
    private AnswerStage _stage;
    private long _lastProgress;
    private long _orphanAt;
    private readonly bool _streaming;
    private bool _hasAnother;
    private bool _waiting;
    private volatile bool _isCancelled;

    /// <param name="input">What the attempt was given.</param>
    /// <param name="provider">Where the provider is cancelled.</param>
    /// <param name="time">The attempt's time so far.</param>
    public AttemptClock(in AttemptInput input, CancellationTokenSource provider, in AttemptTime time)
    {
        _call = input.Call;
        _running = input.Running;
        Timeouts = input.Timeouts;
        _spentBefore = input.SpentBefore;
        _streaming = input.Streaming;
        _provider = provider;
        _time = time;
        if (_call.Token.CanBeCanceled)
            _callerLink = _call.Token.UnsafeRegister(static clock => ((AttemptClock)clock!).Cancel(), this);
        // The consumer of a live stream can hold an update while the router is disposed; a buffered call links up when it first waits.
        if (_call.Live)
            LinkToDisposal();
    }

    /// <summary>The wait for the provider; set before the first.</summary>
    public AbandonablePull? Pull { get; set; }

    /// <summary>The limit that ran out, if one did.</summary>
    public AttemptLimit? Limit { get; private set; }

    /// <summary>What the router's clock threw, if it did: from then on it keeps no limit.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>
    /// Whether the provider was cancelled. Its token may say so a moment later, where what is registered for it runs elsewhere.
    /// </summary>
    public bool IsCancelled => _isCancelled;

    public TimeoutOptions Timeouts { get; }

    private RouterClock Clock => _call.Services.Clock;

    /// <summary>Keeps the limits from here to <see cref="Stop"/>. Throws what the router's clock throws.</summary>
    public void Start(AttemptTime time, AnswerStage stage)
    {
        _time = time;
        _stage = stage;
        if (!_call.Live)
            LinkToDisposal();
        // Asked here, on the call's own thread: the plan may have to run a strategy to know.
        _hasAnother = !stage.HasContent && _streaming && _running.HasAnother;
        _timer ??= Clock.Time.CreateTimer(
            static clock => ((AttemptClock)clock!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        TimeSpan due;
        lock (Pull!)
        {
            var now = Clock.Now();
            if (_time.HasNewProgress)
                NoteProgress(now);
            _waiting = true;
            // Cancelled before the wait began: the callback that cancelled found no wait.
            due = _isCancelled ? Clock.Span(Volatile.Read(ref _orphanAt) - now) : Earliest(now, out _);
        }

        // Abandoned before the call had an attempt to cancel: the lock has put a fence between the attempt and this look.
        if (_running.IsAbandoned)
            Cancel();
        Arm(due);
    }

    /// <summary>Ends the wait.</summary>
    /// <returns>The attempt's time, which the timer may have adjusted.</returns>
    public AttemptTime Stop()
    {
        // Under the lock, so that the times a firing timer looks at do not change under its eyes.
        lock (Pull!)
        {
            _waiting = false;
            return _time;
        }
    }

    /// <summary>Whether a limit has run out, for a provider that never waits: its timer never runs. Cancels the provider if so.</summary>
    public bool IsExpired(ref AttemptTime time, AnswerStage stage)
    {
        _time = time;
        _stage = stage;
        if (time.HasNewProgress)
            NoteProgress(Clock.Now());
        _hasAnother = !stage.HasContent && _streaming && _running.HasAnother;
        var isExpired = Earliest(Clock.Now(), out var limit) == TimeSpan.Zero;
        time = _time;
        if (!isExpired)
            return false;
        Limit = limit;
        CancelProvider();
        return true;
    }

    /// <summary>The call is cancelled or abandoned: the provider hears at once, and has a second to come back. From any thread.</summary>
    public void Cancel()
    {
        Volatile.Write(ref _orphanAt, Clock.NowOr(_time.Since) + Clock.Stamps(Grace));
        CancelProvider();
        try
        {
            _timer?.Change(Grace, Timeout.InfiniteTimeSpan);
        }
#pragma warning disable CA1031 // It must reach neither the thread that cancels nor a thread of the pool.
        catch (Exception error)
#pragma warning restore CA1031
        {
            OnFault(error);
        }
    }

    public void CancelProvider()
    {
        _isCancelled = true;
        _call.Services.Cancellation.Cancel(_provider);
    }

    /// <summary>The wait could not begin, because the router's clock threw.</summary>
    public void Fail(Exception error) => Fault = error;

    /// <summary>Neither the caller's token nor the router keeps anything of the attempt from now on.</summary>
    public void Unlink()
    {
        // Not Dispose, which waits for a callback that runs: that one may be waiting for a lock the provider holds around this very end.
        _callerLink.Unregister();
        _disposeLink.Unregister();
    }

    public void DisposeTimer() => _timer.DisposeSafely();

    private void LinkToDisposal()
    {
        if (_disposeLink == default)
        {
            // Each on the pool: what a call goes on to do, its caller's own code included, must not hold up the disposal and the other
            // calls.
            _disposeLink = _call.Services.Disposing.UnsafeRegister(
                static clock => ThreadPool.UnsafeQueueUserWorkItem(static c => c.Cancel(), (AttemptClock)clock!, preferLocal: false), this);
        }
    }

    private void NoteProgress(long now)
    {
        _lastProgress = _time.Spent(now);
        _time.HasNewProgress = false;
    }

    private void Arm(TimeSpan due)
    {
        _timer!.Change(due > LongestSleep ? LongestSleep : due, Timeout.InfiniteTimeSpan);
        // Cancelled while the timer was being set for later: the cancellation must not wait for that.
        if (_isCancelled && (due > Grace || due == Timeout.InfiniteTimeSpan))
            _timer.Change(Grace, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A clock that fails in the middle of a wait ends it: there is no limit any more that it could keep.</summary>
    private void OnFault(Exception error)
    {
        Fault = error;
        CancelProvider();
        Pull?.Orphan();
    }

    private void OnTimer()
    {
        try
        {
            LookAtClock();
        }
#pragma warning disable CA1031 // On a timer's thread it would end the process.
        catch (Exception error)
#pragma warning restore CA1031
        {
            OnFault(error);
        }
    }

    private void LookAtClock()
    {
        TimeSpan next;
        var orphan = false;
        var cancel = false;
        lock (Pull!)
        {
            if (!_waiting)
                return;
            // The timer is not moved with every update: it looks at the clock when it fires, and sleeps on if it is too early.
            var now = Clock.Now();
            if (_isCancelled)
            {
                next = Clock.Span(Volatile.Read(ref _orphanAt) - now);
                // Further off than it can be set: the clock stepped back, and the second is up by the timer's own count.
                orphan = next == TimeSpan.Zero || next > Grace;
            }
            else if ((next = Earliest(now, out var limit)) == TimeSpan.Zero)
            {
                Limit = limit;
                cancel = true;
                next = Grace;
                _orphanAt = now + Clock.Stamps(Grace);
            }
        }

        if (orphan)
        {
            Pull!.Orphan();
            return;
        }

        Arm(next);
        if (cancel)
            CancelProvider();
    }

    /// <summary>How long until a limit runs out, and which; zero when one has, infinite when none holds.</summary>
    private TimeSpan Earliest(long now, out AttemptLimit limit)
    {
        var spent = Clock.Span(_time.Spent(now));
        var left = TimeSpan.MaxValue;
        var which = AttemptLimit.Attempt;
        if (_call.Live && _stage.Committed)
        {
            Consider(AttemptLimit.Stream, Timeouts.Stream, Clock.Span(_time.Spent(now) - _time.FirstToken));
        }
        else
        {
            Consider(AttemptLimit.Attempt, Timeouts.Attempt, spent);
            Consider(AttemptLimit.Call, Timeouts.Call, spent + _spentBefore);
        }

        // A provider that was not asked to stream cannot be told slow from dead.
        if (_streaming && _stage.HasContent)
            Consider(AttemptLimit.Idle, Timeouts.Idle, Clock.Span(_time.Spent(now) - _lastProgress));
        else if (_hasAnother)
            Consider(AttemptLimit.FirstToken, Timeouts.FirstToken, Clock.Span(_time.Spent(now) - _lastProgress));
        limit = which;
        return left == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : left < TimeSpan.Zero ? TimeSpan.Zero : left;

        void Consider(AttemptLimit candidate, TimeSpan? length, TimeSpan used)
        {
            if (length is not { } l || l == Timeout.InfiniteTimeSpan || l - used >= left)
                return;
            left = l - used;
            which = candidate;
        }
    }
}
