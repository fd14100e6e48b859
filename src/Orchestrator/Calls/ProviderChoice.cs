namespace Orchestrator;

/// <summary>
/// Chooses the provider that a call asks next, and takes its permit: the same again, the next of the plan, one whose permit was waited for,
/// or an ejected one.
/// </summary>
internal partial struct ProviderChoice
{
    private OneElsewhere? _elsewhere;
    private LimitedProviders _limited;

    // The list that the plan was made from.
    private RegisteredProvider[]? _listed;
    private long _arrival;
    private int _triedBefore;
    private bool _overtaken;

    /// <summary>The plan; null before the first, and when it has to be made anew.</summary>
    public RoutePlan? Plan { get; private set; }

    /// <summary>The retry that is made first; null for none.</summary>
    public PendingRetry? PendingRetry { get; private set; }

    /// <summary>Whether an available provider would be asked after the attempt that runs.</summary>
    /// <param name="services">The options.</param>
    /// <param name="made">How many attempts there are, with that one.</param>
    public readonly bool HasAnotherAvailable(CallServices services, int made) =>
        _elsewhere is null && MayTryMore(services, made) && Plan!.HasAnotherAvailable;

    /// <summary>The error of a call that has no provider left.</summary>
    public readonly LlmException Exhausted(in MadeAttempts made, LlmException? broken) =>
        _elsewhere?.Error ?? CallErrors.Exhausted(made.Records, broken);

    /// <summary>A plan is made from this list.</summary>
    public void PlansFrom(RegisteredProvider[] listed) => _listed = listed;

    /// <summary>Goes by a new plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="made">The attempts before it.</param>
    public void Begin(RoutePlan plan, in MadeAttempts made)
    {
        Plan = plan;
        _triedBefore = made.Count == 0 ? 0 : made.CountProviders();
        _overtaken = false;
    }

    /// <summary>The plan is old: the next one knows the providers as they are then.</summary>
    public void DropPlan()
    {
        Plan?.Dispose();
        Plan = null;
    }

    /// <summary>The call is over.</summary>
    public void End(RetryBudget budget)
    {
        Plan?.Dispose();
        DropRetry(budget);
    }

    /// <summary>The retry is not made; returns its token to the budget.</summary>
    public void DropRetry(RetryBudget budget)
    {
        if (PendingRetry is null)
            return;
        PendingRetry = null;
        budget.PutBack();
    }

    /// <summary>What the call does next.</summary>
    /// <param name="call">The call.</param>
    /// <param name="made">Its attempts so far.</param>
    /// <param name="broken">The error of a stream that starts over; null for none.</param>
    /// <param name="permit">The permit, for <see cref="NextStep.Attempt"/>.</param>
    /// <exception cref="LlmException">No provider is left.</exception>
    public NextStep Choose(CallInput call, in MadeAttempts made, LlmException? broken, out GrantedPermit permit)
    {
        var plan = Plan!;
        var role = RoleOfNext(made.Count, broken);
        if (PendingRetry is not null && TryRetry(call.Services, out permit))
            return NextStep.Attempt;
        var mayTry = MayTryMore(call.Services, made.Count);
        while (mayTry && plan.Next() is { } registered)
        {
            if (MayServe(registered, made) && TryBegin(registered, role, call.Services, anyway: false, out permit))
                return NextStep.Attempt;
        }

        if (mayTry && IsPermitWorthWaitingFor(plan, made))
            return None(NextStep.WaitForPermit, out permit);
        while (mayTry && !_overtaken && plan.NextEjected() is { } registered)
        {
            if (MayServe(registered, made) && TryBeginEjected(registered, role, call, out permit))
                return NextStep.Attempt;
        }

        if (mayTry && IsPermitWorthWaitingFor(plan, made))
            return None(NextStep.WaitForPermit, out permit);
        if (_overtaken)
        {
            DropPlan();
            return None(NextStep.PlanAnew, out permit);
        }

        if (!mayTry || _elsewhere is not null || broken is not null)
            throw Exhausted(made, broken);
        return None(NextStep.WaitForCoolDown, out permit);
    }

    /// <summary>Begins at a provider whose permit was waited for: it may have been ejected or excluded meanwhile.</summary>
    /// <returns>False when the permit was given back: the plan has to be made anew.</returns>
    public readonly bool TryBeginGranted(
        CallInput call,
        PermitWaiter granted,
        bool mustStop,
        TimeSpan queuedFor,
        long now,
        int made,
        LlmException? broken,
        out GrantedPermit permit)
    {
        var (registered, ticket) = (granted.Provider!, granted.Ticket);
        var isAvailable = !mustStop
            && registered.State.Admit(registered, now, queuedFor, ref ticket) == ProviderAvailability.Available;
        permit = Granted(registered, RoleOfNext(made, broken), ticket, now);
        if (!isAvailable || (ticket.WasEjected && made > 0 && !call.Services.Budget.TryTake(call.Number + 1, now)))
        {
            registered.Withdraw(ticket);
            return false;
        }

        // It is no longer waited for: should it fail, another is.
        Plan!.Forget(registered);
        call.Services.LogChanges(registered.State);
        return true;
    }

    /// <summary>A provider of the plan may have left the list.</summary>
    public void NoteOvertaken(bool isOvertaken) => _overtaken |= isOvertaken;

    /// <summary>No queue has room: goes on with the ejected, or with a new plan where a provider has left the list.</summary>
    /// <returns>False when no provider is left.</returns>
    public bool TryGoOnWithoutPermit()
    {
        if (_overtaken)
        {
            DropPlan();
            return true;
        }

        Plan!.Full!.Clear();
        return Plan.EjectedProviders is { Count: > 0 };
    }

    /// <summary>Decides what follows a failed attempt, and pays for a retry if there is to be one.</summary>
    /// <param name="input">What the attempt was given.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="made">All attempts so far.</param>
    /// <param name="timeLeft">What the call's limit leaves; null when none holds.</param>
    /// <param name="broken">The error of a stream that starts over already; null for none.</param>
    /// <param name="mayRestart">Whether a committed answer may be started over.</param>
    /// <returns>What ends the call; null when another attempt may be made.</returns>
    public LlmException? EndAfter(
        in AttemptInput input, in AttemptResult result, in MadeAttempts made, TimeSpan? timeLeft, LlmException? broken, bool mayRestart)
    {
        var services = input.Services;
        var error = result.Record!.Error!;
        // What the second provider has handed out cannot be taken back: then its own error ends the call.
        if (_elsewhere is not null)
            return result.Committed ? error : _elsewhere.Error;
        _limited.Note(input, result);
        // No provider could be sent such a request, whatever the rule of its kind says.
        var next = error.IsRequestFault ? NextProvider.Never : services.Rules[error.Kind].Next;
        var asksOne = next == NextProvider.OneElsewhere && broken is null && !result.Committed;
        var elsewhere = asksOne ? new OneElsewhere(error, input.Provider.Info) : null;
        // A provider that was asked to start over and rejects the request: the consumer still saw a cut stream, and learns that.
        var otherwise = next == NextProvider.Always || elsewhere is not null ? null : broken ?? error;
        if (RetryDecision.DelayAfter(input, result, Plan!, made, MaxAttempts(services), timeLeft) is { } delay
            && services.Budget.TryTake(input.Call.Number + 1, services.Clock.Now()))
        {
            PendingRetry = new(input.Provider, input.Ticket.WasEjected, delay) { Otherwise = otherwise, Elsewhere = elsewhere };
            return null;
        }

        _elsewhere = elsewhere;
        // A tool that ran for the answer that broke must not run for the next one.
        return otherwise ?? (result.Committed && (!mayRestart || result.ToolRan) ? error : null);
    }

    private static NextStep None(NextStep step, out GrantedPermit permit)
    {
        permit = default;
        return step;
    }

    private static AttemptRole RoleOfNext(int made, LlmException? broken) =>
        broken is not null ? AttemptRole.Restart : made == 0 ? AttemptRole.First : AttemptRole.Failover;

    private static GrantedPermit Granted(RegisteredProvider registered, AttemptRole role, AttemptTicket ticket, long now) =>
        new(registered, ticket.IsTrial && role != AttemptRole.Restart ? AttemptRole.Trial : role, ticket, now);

    private readonly int MaxAttempts(CallServices services) => services.MaxAttempts ?? Math.Clamp(_triedBefore + Plan!.Count, 4, 12);

    private readonly bool MayTryMore(CallServices services, int made) => made < MaxAttempts(services);

    private readonly bool MayServe(RegisteredProvider registered, in MadeAttempts made) =>
        !made.AreTooLongFor(registered) && _elsewhere?.Suits(registered.Info) is not false;

    private readonly bool IsPermitWorthWaitingFor(RoutePlan plan, in MadeAttempts made)
    {
        if (_overtaken || plan.Full is not { Count: > 0 } full)
            return false;
        for (var i = full.Count - 1; i >= 0; i--)
        {
            if (!MayServe(full[i], made))
                full.RemoveAt(i);
        }

        if (_elsewhere is { } one)
            plan.Closed?.RemoveAll(registered => !one.Suits(registered.Info));
        return full.Count > 0;
    }

    private bool TryRetry(CallServices services, out GrantedPermit permit)
    {
        var now = services.Clock.Now();
        var retry = PendingRetry!;
        PendingRetry = null;
        var availability = retry.Provider.State.TryBegin(retry.Provider, now, retry.OnEjected, out var ticket, Place);
        permit = new(retry.Provider, AttemptRole.Retry, ticket, now);
        if (availability == ProviderAvailability.Available)
            return true;
        // Ejected, excluded, full or removed meanwhile. The retry never started; return its token to the budget.
        services.Budget.PutBack();
        _elsewhere = retry.Elsewhere;
        return retry.Otherwise is { } error ? throw error : false;
    }

    private bool TryBegin(RegisteredProvider registered, AttemptRole role, CallServices services, bool anyway, out GrantedPermit permit)
    {
        var now = services.Clock.Now();
        var availability = registered.State.TryBegin(registered, now, anyway, out var ticket, Place);
        permit = Granted(registered, role, ticket, now);
        switch (availability)
        {
            case ProviderAvailability.Available:
                services.LogChanges(registered.State);
                return true;
            case ProviderAvailability.AtCapacity:
                Plan!.MoveToFull(registered, anyway);
                return false;
            case ProviderAvailability.Ejected:
                Plan!.MoveToEjected(registered);
                return false;
            default:
                // Excluded or removed since the plan was made. A call without an attempt makes a new plan, which also knows for how long.
                _overtaken |= registered.IsRetired || role == AttemptRole.First;
                Plan!.MoveToExcluded(registered);
                return false;
        }
    }

    private bool TryBeginEjected(RegisteredProvider registered, AttemptRole role, CallInput call, out GrantedPermit permit)
    {
        // A call's first attempt is free, so that a router whose providers are all down still finds out when one is back.
        var budget = call.Services.Budget;
        var isPaid = role != AttemptRole.First;
        permit = default;
        if (isPaid && !budget.TryTake(call.Number + 1, call.Services.Clock.Now()))
            return false;
        var begun = false;
        try
        {
            return begun = TryBegin(registered, role, call.Services, anyway: true, out permit);
        }
        finally
        {
            if (!begun && isPaid)
                budget.PutBack();
        }
    }
}
