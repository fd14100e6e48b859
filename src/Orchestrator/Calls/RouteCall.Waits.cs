namespace Orchestrator;

/// <summary>What a call waits for besides its providers' answers: a plan, a permit, the time of a retry.</summary>
internal sealed partial class RouteCall
{
    private async ValueTask PlanAsync()
    {
        try
        {
            var plan = await _planner.PlanAsync(_call, _made, _clock.Started, _clock.HasWaited).ConfigureAwait(false);
            _next.Begin(plan, _made.Count);
        }
        catch (Exception) when (MustStop)
        {
            await LinkedCancellation.LeaveCancellingThread();
            // Whatever planning ran into meanwhile: a list that was emptied, or a probe waited for with a token that is none of the caller's own.
            throw Stopped();
        }
        catch (LlmException) when (_made.Count > 0)
        {
            throw Exhausted();
        }
    }

    /// <summary>Ends at once when the call is cancelled or abandoned, which the loop looks at next.</summary>
    private async ValueTask WaitForRetryAsync(PendingRetry retry)
    {
        var from = Services.Clock.Now();
        var either = LinkWait();
        try
        {
            await Waits.DelayAsync(retry.Delay, Services.Clock.Time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await LinkedCancellation.LeaveCancellingThread();
        }
        finally
        {
            either.Release();
            _clock.AddWait(Math.Max(1, Services.Clock.NowOr(from) - from));
        }
    }

    /// <summary>Waits at all full providers at once, and begins at the first whose permit is granted. Drops the plan when it has to be made anew.</summary>
    private async ValueTask WaitForPermitAsync()
    {
        var full = _next.Plan!.Full!.ToArray();
        var wait = new PermitWait(Services.Clock, full);
        var joined = wait.Join();
        _next.NoteOvertaken(wait.IsOvertaken);
        if (!joined)
        {
            if (!_next.TryGoOnWithoutPermit())
                throw _made.Count > 0 ? Exhausted() : CallErrors.QueuesFull(full);
            return;
        }

        bool granted;
        RegisteredProvider? slot;
        try
        {
            (granted, slot) = await wait.RunAsync(_clock.Started, TimeLeftAt(full[0]), _next.Plan.ChangesAt, LinkWait).ConfigureAwait(false);
        }
        finally
        {
            _clock.AddWait(wait.Waited);
        }

        _queuedFor += Services.Clock.Span(wait.Waited);
        if (!granted && !MustStop && TimeLeftAt(full[0]) <= TimeSpan.Zero)
            throw _made.Count > 0 ? Exhausted() : CallErrors.NoPermit(full, CallLimitAt(full[0])!.Value);
        if (slot is null || !TryBeginGranted(slot))
            _next.DropPlan();
    }

    private bool TryBeginGranted(RegisteredProvider slot)
    {
        var now = Services.Clock.NowOr(_clock.Started);
        if (MustStop)
        {
            slot.Withdraw(default);
            return false;
        }

        if (!_next.TryBeginGranted(_call, slot, _queuedFor, now, _made.Count, _broken, out var permit))
            return false;
        Begin(permit);
        return true;
    }

    /// <summary>Ends a wait when the call is cancelled or its stream is disposed.</summary>
    private LinkedCancellation LinkWait()
    {
        var either = new LinkedCancellation(Token, Services.Disposing);
        // A full fence between this and the look: a disposal sees the wait, or is seen.
        Interlocked.Exchange(ref _wait, either);
        if (IsAbandoned)
            either.Cancel();
        return either;
    }

    private TimeSpan? CallLimitAt(RegisteredProvider slot) =>
        (_call.Request.Timeouts?.Call ?? slot.Timeouts.Call) is { } limit && limit != Timeout.InfiniteTimeSpan ? limit : null;

    /// <summary>What the call's limit leaves at this provider; null when none holds.</summary>
    private TimeSpan? TimeLeftAt(RegisteredProvider slot)
    {
        if (CallLimitAt(slot) is not { } limit)
            return null;
        // Never below zero: one millisecond below it would be the sign for no limit.
        var left = limit - Services.Clock.Span(_clock.Counted);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }
}
