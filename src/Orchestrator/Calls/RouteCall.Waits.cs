namespace Orchestrator;

/// <summary>What a call waits for besides its providers' answers: a plan, a permit, the time of a retry.</summary>
internal sealed partial class RouteCall
{
    private ValueTask PlanAsync()
    {
        _next.PlansFrom(_planner.Listed);
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

    /// <summary>Waits for the time of a retry or, where only full providers are left besides, for what comes first: that or a
    /// permit.</summary>
    private async ValueTask WaitForRetryAsync(PendingRetry retry)
    {
        (bool Granted, RegisteredProvider? Provider) first;
        try
        {
            var permits = _next.JoinBesideRetry(_call, _made);
            first = await retry.WaitAsync(permits, Services.Clock, _callClock.Started, LinkWait).ConfigureAwait(false);
        }
        finally
        {
            _callClock.AddWait(retry.Waited);
        }

        if (first.Granted
            && _next.TryBeginBeforeRetry(_call, first.Provider, MustStop, retry.Waited, _made, _broken, out var permit))
        {
            _queuedFor += Services.Clock.Span(retry.Waited);
            StartAttempt(permit);
        }
    }

    /// <summary>No provider is left that may be asked now: waits until a vendor's limit is over, or ends the call.</summary>
    private async ValueTask WaitForCoolDownAsync()
    {
        // Asked for first: a change after the look at the list ends the wait.
        var change = _planner.NextChange;
        if (_next.TryBeginCoolDown(_call, _planner, _made, _callClock.Counted) is not { } coolDown)
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

    /// <summary>
    /// Waits at all full providers at once, and begins at the first whose permit is granted. Drops the plan when it has to be made anew.
    /// </summary>
    private async ValueTask WaitForPermitAsync()
    {
        var full = _next.Plan!.Full!.ToArray();
        var wait = new PermitWait(Services.Clock, full);
        var joined = wait.Join();
        _next.NoteOvertaken(wait.IsOvertaken);
        if (!joined)
        {
            // After an attempt the loop goes on: the end of a limit may be near.
            if (!_next.TryGoOnWithoutPermit() && _made.Count == 0)
                throw CallErrors.QueuesFull(full, _planner.CandidatesOf(_call), Services.Clock.Now());
            return;
        }

        bool granted;
        RegisteredProvider? registered;
        try
        {
            var (timeLeft, changesAt) = (TimeLeftAt(full[0]), _next.Plan.ChangesAt);
            (granted, registered) = await wait.RunAsync(_callClock.Started, timeLeft, changesAt, LinkWait).ConfigureAwait(false);
        }
        finally
        {
            _callClock.AddWait(wait.Waited);
        }

        _queuedFor += Services.Clock.Span(wait.Waited);
        if (!granted && !MustStop && TimeLeftAt(full[0]) <= TimeSpan.Zero)
            throw _made.Count > 0 ? Exhausted() : CallErrors.NoPermit(full, _call.LimitAt(full[0])!.Value);
        var now = Services.Clock.NowOr(_callClock.Started);
        if (registered is not null
            && _next.TryBeginGranted(_call, registered, MustStop, _queuedFor, now, _made.Count, _broken, out var permit))
            StartAttempt(permit);
        else
            _next.DropPlan();
    }

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
