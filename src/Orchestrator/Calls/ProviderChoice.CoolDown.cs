namespace Orchestrator;

/// <summary>Where no provider is left that may be asked now: a retry and a permit, whichever comes first, and limits of vendors.</summary>
internal partial struct ProviderChoice
{
    /// <summary>Joins the lines of the full providers while a retry waits, as no other provider is left.</summary>
    /// <param name="call">The call.</param>
    /// <param name="made">Its attempts so far.</param>
    /// <param name="returns">Whether the call has left its place without an attempt.</param>
    /// <returns>The wait; null when only the retry is waited for.</returns>
    public PermitWait? JoinBesideRetry(CallInput call, in MadeAttempts made, bool returns)
    {
        if (PendingRetry is not { Otherwise: null, Elsewhere: null } || Plan is not { HasAnotherAvailable: false } plan
            || !MayTryMore(call.Services, made.Count) || !IsPermitWorthWaitingFor(plan, made))
            return null;
        var wait = new PermitWait(call.Services.Clock, ArrivalIn(call.Services), returns);
        var joined = wait.Join(plan, made);
        NoteOvertaken(wait.IsOvertaken);
        return joined ? wait : null;
    }

    /// <summary>Begins at a provider whose permit came before the time of the retry, which is then not made.</summary>
    /// <returns>False when the provider cannot be asked: the retry is waited for.</returns>
    public bool TryBeginBeforeRetry(
        CallInput call,
        PermitWaiter granted,
        bool mustStop,
        long queuedFor,
        in MadeAttempts made,
        LlmException? broken,
        out GrantedPermit permit)
    {
        var clock = call.Services.Clock;
        if (!TryBeginGranted(call, granted, mustStop, clock.Span(queuedFor), clock.NowOr(0), made.Count, broken, out permit))
        {
            // Ejected or excluded meanwhile: the next plan knows which.
            NoteOvertaken(true);
            return false;
        }

        DropRetry(call.Services.Budget);
        return true;
    }

    /// <summary>The limit to wait for, whose retry is paid for; null when the list has changed, and the plan is made anew.</summary>
    /// <param name="call">The call.</param>
    /// <param name="planner">Knows the providers that could serve it.</param>
    /// <param name="made">The attempts so far.</param>
    /// <param name="counted">What the call's limit has counted so far, in stamps.</param>
    /// <exception cref="LlmException">The call can wait for none: it is over.</exception>
    public CoolDown? TryBeginCoolDown(CallInput call, RoutePlanner planner, in MadeAttempts made, long counted)
    {
        var services = call.Services;
        var now = services.Clock.Now();
        var candidates = planner.CandidatesOf(call);
        var nearest = CoolDown.NearestOf(candidates, Plan!, made, _limited.List, services, now);
        // Only a call that would wait looks at a new list: for the others the list is taken once.
        if ((nearest is not null || made.Count == 0) && !ReferenceEquals(_listed, planner.Listed))
        {
            DropPlan();
            return null;
        }

        if (nearest is { } found
            && !(found.Delay >= call.TimeLeftAt(found.Provider, counted))
            && (!found.IsRetry || services.Budget.TryTake(call.Number + 1, now)))
            return found;
        throw made.Count > 0 || Plan!.Count > 0 ? Exhausted(made, broken: null) : CallErrors.AllExcluded(candidates, now);
    }

    /// <summary>A part of the wait is over: the provider is asked again, or the plan is made anew.</summary>
    /// <param name="coolDown">What was waited for.</param>
    /// <param name="isOver">Whether all of it was.</param>
    /// <param name="budget">What paid for the retry.</param>
    public void EndCoolDown(in CoolDown coolDown, bool isOver, RetryBudget budget)
    {
        if (coolDown.IsRetry && isOver)
        {
            PendingRetry = new PendingRetry(coolDown.Provider, onEjected: false, TimeSpan.Zero);
            return;
        }

        if (coolDown.IsRetry)
            budget.PutBack();
        DropPlan();
    }
}
