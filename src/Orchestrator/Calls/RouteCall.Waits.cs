namespace Orchestrator;

/// <summary>What a call waits for besides its providers' answers: a plan, a permit, the time of a retry.</summary>
internal sealed partial class RouteCall
{
    private ValueTask PlanAsync(bool hasWaited)
    {
        _next.PlansFrom(planner.Listed);
        var planning = planner.PlanAsync(call, _made, _callClock.Started, hasWaited);
        if (!planning.IsCompletedSuccessfully)
            return PlanLaterAsync(planning);
        _next.Begin(planning.Result, _made);
        return default;
    }

    private async ValueTask PlanLaterAsync(ValueTask<RoutePlan> planning)
    {
        try
        {
            _next.Begin(await planning.ConfigureAwait(false), _made);
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

    /// <summary>Waits for the time of a retry or, where only full providers are left besides, for what comes first: that or a
    /// permit.</summary>
    private async ValueTask WaitForRetryAsync(PendingRetry retry)
    {
        PermitWaiter? granted;
        try
        {
            var permits = _next.JoinBesideRetry(call, _made, _returnsToLine);
            if (permits is not null)
                _links.Add(permits, call);
            _returnsToLine |= permits is not null;
            granted = await retry.WaitAsync(permits, this, Services.Clock, LinkWait).ConfigureAwait(false);
        }
        finally
        {
            _callClock.AddWait(retry.Waited);
        }

        if (granted is not null && _next.TryBeginBeforeRetry(call, granted, MustStop, retry.Waited, _made, _broken, out var permit))
        {
            _queuedFor += Services.Clock.Span(retry.Waited);
            StartAttempt(permit);
        }
    }

    /// <summary>No provider is left that may be asked now: waits until a vendor's limit is over, or ends the call.</summary>
    private async ValueTask WaitForCoolDownAsync()
    {
        // Asked for first: a change after the look at the list ends the wait.
        var change = planner.NextChange;
        if (_next.TryBeginCoolDown(call, planner, _made, _callClock.Counted) is not { } coolDown)
            return;
        var wait = new TimedWait(Services.Clock);
        var isOver = false;
        try
        {
            isOver = await wait.RunAsync(coolDown.Part, change, LinkWait).ConfigureAwait(false);
        }
        finally
        {
            _callClock.AddWait(wait.Waited);
            _next.EndCoolDown(coolDown, isOver && coolDown.IsLastPart, Services.Budget);
        }
    }

    /// <summary>Waits at all full providers at once: for the first permit, or for another provider to ask.</summary>
    private async ValueTask WaitForPermitAsync()
    {
        var first = _next.Plan!.Full![0];
        var wait = new PermitWait(Services.Clock, _next.ArrivalIn(Services), _returnsToLine);
        var joined = wait.Join(_next.Plan, _made);
        _next.NoteOvertaken(wait.IsOvertaken);
        if (!joined)
        {
            // After an attempt the loop goes on: the end of a limit may be near.
            if (!_next.TryGoOnWithoutPermit() && _made.Count == 0)
                throw CallErrors.QueuesFull(wait.Awaited(), planner.CandidatesOf(call), Services.Clock.Now());
            return;
        }

        _links.Add(wait, call);
        var (granted, isOver) = (default(PermitWaiter), false);
        try
        {
            var timeLeft = call.TimeLeftAt(first, _callClock.Counted);
            (granted, isOver) = await LineWatch.RunAsync(this, wait, timeLeft, looks: true).ConfigureAwait(false);
        }
        finally
        {
            var waited = wait.Waited();
            _callClock.AddWait(waited);
            _queuedFor += Services.Clock.Span(waited);
            _returnsToLine = true;
        }

        if (granted is null && isOver)
            throw _made.Count > 0 ? Exhausted() : CallErrors.NoPermit(wait.Awaited(), call.LimitAt(first)!.Value);
        if (_next.Plan is null)
            granted?.Provider!.Withdraw(granted.Ticket);
        if (granted is null || _next.Plan is null)
            return;
        var now = Services.Clock.NowOr(_callClock.Started);
        // Should the attempt fail: others may be available by now.
        _next.NoteOvertaken(now >= _next.Plan.ChangesAt);
        if (_next.TryBeginGranted(call, granted, MustStop, _queuedFor, now, _made.Count, _broken, out var permit))
            StartAttempt(permit);
        else
            _next.DropPlan();
    }

    /// <summary>Looks at the providers as they are now, without leaving any line.</summary>
    /// <returns>Whether the call stays in line: no other provider is left to ask first.</returns>
    public async ValueTask<bool> StaysInLineAsync(PermitWait wait)
    {
        _next.DropPlan();
        try
        {
            await PlanAsync(hasWaited: true).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Planned once more outside the lines, where what it throws is the call's.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }

        return _next.StaysInLine(_made, wait) && wait.Join(_next.Plan!, _made);
    }

    private LinkedCancellation LinkWait() => _links.New(call, this);
}
