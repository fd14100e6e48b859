namespace Orchestrator;

/// <summary>The attempt's time: what the provider took, and the limits that hold while it takes it.</summary>
internal sealed partial class Attempt
{
    // Timers do not take more than 49 days; this one looks at the clock when it fires, and sleeps on.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(40);

    private AbandonablePull? _gate;
    private ITimer? _timer;
    private long _mark;
    private long _spent;
    private long _firstToken = -1;
    private long _lastContent;
    private bool _contentSinceWait;
    private bool _paused;
    private bool _hasAnother;
    private bool _waiting;
    private volatile bool _isCancelled;
    private long _leaveAt;
    private Limit? _limit;
    private Exception? _clockFault;

    private enum Limit
    {
        FirstToken,
        Idle,
        Attempt,
        Call,
        Stream,
    }

    /// <summary>Provider time so far, in stamps: the consumer's own time is not in it.</summary>
    private long Spent(long now)
    {
        // A clock that stepped back starts a new stretch: limits go on from there, instead of standing still until it has caught up.
        if (now < _mark)
            _mark = now;
        return _spent + (now - _mark);
    }

    /// <summary>The consumer takes an update: the provider's clock stands still.</summary>
    public void Pause(long now)
    {
        _spent = Spent(now);
        _paused = true;
    }

    /// <summary>The consumer wants more.</summary>
    public void Resume(long now)
    {
        _mark = now;
        _paused = false;
    }

    private void StartClock()
    {
        // Asked here, on the call's own thread: the plan may have to run a strategy to know.
        _hasAnother = !HasContent && _streaming && _call.HasAnother;
        _timer ??= Services.Clock.Time.CreateTimer(static a => ((Attempt)a!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        TimeSpan due;
        lock (_gate!)
        {
            var now = Services.Clock.Now();
            if (_contentSinceWait)
                _lastContent = Spent(now);
            _contentSinceWait = false;
            _waiting = true;
            // Given up before the wait began: the callback that cancelled found nobody waiting.
            due = _isCancelled ? Services.Clock.Span(Volatile.Read(ref _leaveAt) - now) : Earliest(now, out _);
        }

        // Left before there was an attempt to see: the lock has put a fence between the attempt and this look.
        if (_call.IsLeft)
            OnGivenUp();
        Arm(due);
    }

    private void Arm(TimeSpan due)
    {
        _timer!.Change(due > LongestSleep ? LongestSleep : due, Timeout.InfiniteTimeSpan);
        // Given up while the timer was being set for later: whoever gave up must not wait for that.
        if (_isCancelled && (due > Grace || due == Timeout.InfiniteTimeSpan))
            _timer.Change(Grace, Timeout.InfiniteTimeSpan);
    }

    private void StopClock()
    {
        // Under the lock, so that the times a firing timer looks at do not change under its eyes.
        lock (_gate!)
            _waiting = false;
    }

    /// <summary>The consumer of the stream leaves while an update is awaited: the same as a cancellation, to the provider. From any thread.</summary>
    public void GiveUp() => OnGivenUp();

    /// <summary>The caller cancelled or the router is being disposed: the provider hears at once, and has a second to come back.</summary>
    private void OnGivenUp()
    {
        Volatile.Write(ref _leaveAt, Services.Clock.NowOr(_mark) + Services.Clock.Stamps(Grace));
        CancelProvider();
        try
        {
            _timer?.Change(Grace, Timeout.InfiniteTimeSpan);
        }
#pragma warning disable CA1031 // It must reach neither who cancels nor a thread of the pool.
        catch (Exception error)
#pragma warning restore CA1031
        {
            OnClockFault(error);
        }
    }

    // The token itself may say so a moment later, where what is registered for it runs elsewhere.
    private void CancelProvider()
    {
        _isCancelled = true;
        Services.Cancellation.Cancel(_cancel);
    }

    /// <summary>A clock that fails in the middle of a wait ends it: there is no limit any more that it could keep.</summary>
    private void OnClockFault(Exception error)
    {
        _clockFault = error;
        CancelProvider();
        _gate?.LeaveBehind();
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
            OnClockFault(error);
        }
    }

    private void LookAtClock()
    {
        TimeSpan next;
        var leave = false;
        var cancel = false;
        lock (_gate!)
        {
            if (!_waiting)
                return;
            // The timer is not moved with every update: it looks at the clock when it fires, and sleeps on if it is too early.
            var now = Services.Clock.Now();
            if (_isCancelled)
            {
                next = Services.Clock.Span(Volatile.Read(ref _leaveAt) - now);
                // Further off than it can be set: the clock stepped back, and the second is up by the timer's own count.
                leave = next == TimeSpan.Zero || next > Grace;
            }
            else if ((next = Earliest(now, out var limit)) == TimeSpan.Zero)
            {
                _limit = limit;
                cancel = true;
                next = Grace;
                _leaveAt = now + Services.Clock.Stamps(Grace);
            }
        }

        if (leave)
        {
            _gate!.LeaveBehind();
            return;
        }

        Arm(next);
        if (cancel)
            CancelProvider();
    }

    private bool IsExpired()
    {
        if (_contentSinceWait)
            _lastContent = Spent(Services.Clock.Now());
        _contentSinceWait = false;
        _hasAnother = !HasContent && _streaming && _call.HasAnother;
        if (Earliest(Services.Clock.Now(), out var limit) != TimeSpan.Zero)
            return false;
        _limit = limit;
        CancelProvider();
        return true;
    }

    /// <summary>How long until a limit runs out, and which; zero when one has, infinite when none holds.</summary>
    private TimeSpan Earliest(long now, out Limit limit)
    {
        var limits = _call.Request.Timeouts?.Over(Slot.Timeouts) ?? Slot.Timeouts;
        var spent = Services.Clock.Span(Spent(now));
        var left = TimeSpan.MaxValue;
        var which = Limit.Attempt;
        if (_call.Live && Committed)
        {
            Consider(Limit.Stream, limits.Stream, Services.Clock.Span(Spent(now) - _firstToken));
        }
        else
        {
            Consider(Limit.Attempt, limits.Attempt, spent);
            Consider(Limit.Call, limits.Call, spent + _call.SpentBefore);
        }

        // Whoever was not asked to stream cannot be told slow from dead.
        if (_streaming && HasContent)
            Consider(Limit.Idle, limits.Idle, Services.Clock.Span(Spent(now) - _lastContent));
        else if (_hasAnother)
            Consider(Limit.FirstToken, limits.FirstToken, spent);
        limit = which;
        return left == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : left < TimeSpan.Zero ? TimeSpan.Zero : left;

        void Consider(Limit candidate, TimeSpan? length, TimeSpan used)
        {
            if (length is not { } l || l == Timeout.InfiniteTimeSpan || l - used >= left)
                return;
            left = l - used;
            which = candidate;
        }
    }

    private LlmException LimitError(Limit limit)
    {
        var limits = _call.Request.Timeouts?.Over(Slot.Timeouts) ?? Slot.Timeouts;
        var (what, length, advice) = limit switch
        {
            Limit.FirstToken => ("the first token", limits.FirstToken, "Timeouts.FirstToken"),
            Limit.Idle => ("the next token", limits.Idle, "Timeouts.Idle"),
            Limit.Attempt => ("the answer", limits.Attempt, "Timeouts.Attempt"),
            Limit.Call => ("the call", limits.Call, "Timeouts.Call"),
            _ => ("the end of the stream", limits.Stream, "Timeouts.Stream"),
        };
        return new LlmException(
            LlmErrorKind.Timeout,
            $"Provider '{Slot.Info.Name}' took longer for {what} than the {length!.Value.TotalSeconds:0.###} s that {advice} allows; raise it if the provider is meant to be that slow.");
    }
}
