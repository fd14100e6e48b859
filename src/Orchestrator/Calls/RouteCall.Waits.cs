using System.Runtime.ExceptionServices;

namespace Orchestrator;

/// <summary>What a call waits for besides its providers' answers: a plan, a permit, the time of a retry.</summary>
internal sealed partial class RouteCall
{
    private ValueTask PlanAsync()
    {
        var planning = _planner.PlanAsync(_call, _made, _callClock.Started, _callClock.HasWaited);
        if (!planning.IsCompletedSuccessfully)
            return PlanLaterAsync(planning);
        _next.Begin(planning.Result, _made.Count);
        return default;
    }

    private async ValueTask PlanLaterAsync(ValueTask<RoutePlan> planning)
    {
        try
        {
            var plan = await planning.ConfigureAwait(false);
            _next.Begin(plan, _made.Count);
        }
        catch (Exception) when (MustStop)
        {
            await LinkedCancellation.LeaveCancellingThread();
            // Whatever planning ran into meanwhile: a list that was emptied, or a probe waited for with a token that is none of the
            // caller's own.
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
            either.Unlink();
            retry.IsDue = true;
            _callClock.AddWait(Math.Max(1, Services.Clock.NowOr(from) - from));
        }
    }

    /// <summary>
    /// Waits at all full providers at once, and begins at the first whose permit is granted. Goes on with a new plan where another provider
    /// is left to ask.
    /// </summary>
    private async ValueTask WaitForPermitAsync()
    {
        var plan = _next.Plan!;
        var first = plan.Full![0];
        var wait = new PermitWait(Services.Clock, _next.ArrivalIn(Services), _returnsToLine);
        var joined = wait.Join(plan, _made);
        _next.NoteOvertaken(wait.IsOvertaken);
        if (!joined)
        {
            if (!_next.TryGoOnWithoutPermit())
                throw _made.Count > 0 ? Exhausted() : CallErrors.QueuesFull(wait.Awaited());
            return;
        }

        wait.LinkTo(_call.Token);
        // A full fence between this and the look: a disposal sees the wait, or is seen. That of the router ends all registrations.
        Interlocked.Exchange(ref _inLine, wait.Waiter);
        var (isOver, fault) = await LineWatch.RunAsync(this, wait, TimeLeftAt(first)).ConfigureAwait(false);
        var granted = await wait.EndAsync().ConfigureAwait(false) ? wait.Waiter : null;
        var waited = wait.Waited();
        _callClock.AddWait(waited);
        _queuedFor += Services.Clock.Span(waited);
        _returnsToLine = true;
        if (granted is not null && (fault is not null || _next.Plan is null))
            granted.Provider!.Withdraw(granted.Ticket);
        if (fault is not null)
            ExceptionDispatchInfo.Throw(fault);
        if (granted is null && isOver)
            throw _made.Count > 0 ? Exhausted() : CallErrors.NoPermit(wait.Awaited(), _call.LimitAt(first)!.Value);
        if (granted is null || _next.Plan is null)
            return;
        var now = Services.Clock.NowOr(_callClock.Started);
        // Should the attempt fail: others may be available by now.
        _next.NoteOvertaken(now >= _next.Plan.ChangesAt);
        if (_next.TryBeginGranted(_call, granted, MustStop, _queuedFor, now, _made.Count, _broken, out var permit))
            StartAttempt(permit);
        else
            _next.DropPlan();
    }

    ValueTask<RoutePlan> IWaitingCall.PlanAnewAsync() => _planner.PlanAsync(_call, _made, _callClock.Started, hasWaited: true);

    void IWaitingCall.GoBy(RoutePlan? plan)
    {
        _next.DropPlan();
        if (plan is not null)
            _next.Begin(plan, _made.Count);
    }

    bool IWaitingCall.StaysInLine(PermitWait wait) => _next.StaysInLine(_made, wait) && wait.Join(_next.Plan!, _made);

    private TimeSpan? TimeLeftAt(RegisteredProvider registered) => _call.TimeLeftAt(registered, _callClock.Counted);

    /// <summary>Ends a wait when the call is cancelled or its stream is disposed.</summary>
    private LinkedCancellation LinkWait()
    {
        var either = new LinkedCancellation(_call.Token, Services.Disposing);
        // A full fence between this and the look: a disposal sees the wait, or is seen.
        Interlocked.Exchange(ref _wait, either);
        if (IsAbandoned)
            either.Cancel();
        return either;
    }
}
