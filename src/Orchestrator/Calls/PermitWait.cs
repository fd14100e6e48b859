namespace Orchestrator;

/// <summary>
/// One wait for a permit, at several full providers at once. It keeps its places while the call looks whether another provider is left to
/// ask.
/// </summary>
/// <param name="clock">The router's clock.</param>
/// <param name="arrival">When the call first came to wait, by number.</param>
/// <param name="returns">Whether the call has left its place without an attempt.</param>
internal sealed class PermitWait(RouterClock clock, long arrival, bool returns)
{
    // Between two looks, should a provider tell a time that is over already.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private WaitPlace? _places;
    private CancellationTokenRegistration _link;
    private ITimer? _timer;
    private long _from;
    private bool _returns = returns;

    public PermitWaiter Waiter { get; } = new(arrival);

    public bool IsGranted => Waiter.Provider is not null;

    /// <summary>Whether one of the providers has left the list: the plan has to be made anew.</summary>
    public bool IsOvertaken { get; private set; }

    /// <summary>Takes places at the full providers of a plan, and at those that may come back. Has them already where it has looked
    /// before.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="made">The call's attempts so far.</param>
    /// <returns>False when none of the full providers has room.</returns>
    public bool Join(RoutePlan plan, in MadeAttempts made)
    {
        var now = clock.Now();
        _from = _places is null ? now : _from;
        Waiter.HasSeveralPlaces |= plan.Full!.Count + (plan.Closed?.Count ?? 0) > 1;
        // As long as it joins, no place is its last.
        Waiter.AddAwaitedPermit();
        var joined = false;
        foreach (var registered in plan.Full)
        {
            joined |= PlaceAt(registered) is not { Line: not null, IsBeyondLimit: true }
                && Join(registered, plan.IsEjected(registered) ? WaitFor.PermitAnyway : WaitFor.Permit, now);
            IsOvertaken |= registered.IsRetired;
            if (Waiter.IsTaken)
                return true;
        }

        // A call that waits at another anyway takes no room in a line that is full, but its turn when a permit is free.
        foreach (var registered in joined && plan.Full.Count > 1 ? plan.Full : [])
        {
            if (PlaceAt(registered) is { Line: null } place && !Waiter.IsTaken)
            {
                place.IsBeyondLimit = true;
                Join(registered, WaitFor.Availability, now);
            }
        }

        foreach (var registered in joined ? plan.Closed ?? [] : [])
        {
            if (PlaceAt(registered) is not { Line: not null } && made.CountAt(registered) == 0 && !made.AreTooLongFor(registered))
                Join(registered, WaitFor.Availability, now);
        }

        if (Waiter.RemoveAwaitedPermit())
            Waiter.Wake();
        _returns = true;
        return joined;
    }

    /// <summary>Wakes the call when a token fires.</summary>
    public void LinkTo(CancellationToken token) =>
        _link = token.UnsafeRegister(static waiter => ((PermitWaiter)waiter!).Wake(), Waiter);

    /// <summary>Waits for a permit, for something to look at, for the call's end, or for a time.</summary>
    /// <param name="end">When the call's limit runs out, as a stamp.</param>
    /// <param name="changesAt">When another provider may be able to serve the call, as a stamp.</param>
    public ValueTask WaitAsync(long end, long changesAt)
    {
        var until = KeepsTime() ? Math.Min(end, Waits.Later(changesAt, clock.Stamps(Millisecond))) : end;
        if (_timer is not null || until != long.MaxValue)
            SetTimer(until);
        return Waiter.WaitAsync();
    }

    /// <summary>When a limit runs out that leaves so much now, as a stamp.</summary>
    public long EndOf(TimeSpan? left) => left is { } span ? Waits.Later(clock.Now(), clock.Stamps(span)) : long.MaxValue;

    /// <summary>Whether a time has come.</summary>
    public bool IsOver(long end) => end != long.MaxValue && clock.Now() >= end;

    /// <summary>Providers come back by the time alone: those that have are granted to the first that wait for them.</summary>
    public void HandOn()
    {
        var now = clock.Now();
        for (var place = _places; place is not null && !IsGranted; place = place.OfSameCall)
            place.Registered.State.Line.HandOn(now);
    }

    /// <summary>Whether an ejected provider is waited for though it is ejected.</summary>
    public bool WaitsAnywayAt(RegisteredProvider registered) => PlaceAt(registered) is { Line: not null, For: WaitFor.PermitAnyway };

    /// <summary>Those whose permits are waited for.</summary>
    public RegisteredProvider[] Awaited()
    {
        var awaited = new List<RegisteredProvider>();
        for (var place = _places; place is not null; place = place.OfSameCall)
        {
            if (place.For != WaitFor.Availability)
                awaited.Insert(0, place.Registered);
        }

        return [.. awaited];
    }

    /// <summary>Leaves all lines.</summary>
    /// <returns>Whether a permit was granted, if only at the same moment: it has to be used or given back.</returns>
    public async ValueTask<bool> EndAsync()
    {
        _link.Unregister();
        _timer.DisposeSafely();
        var isGranted = !Waiter.TryTake();
        for (var place = _places; place is not null; place = place.OfSameCall)
            place.Registered.State.Line.Leave(place);
        // Taken for a permit that is on its way.
        while (isGranted && !IsGranted)
            await Waiter.WaitAsync().ConfigureAwait(false);
        return isGranted;
    }

    /// <summary>How long it took until now, in stamps; never zero.</summary>
    public long Waited() => Math.Max(1, clock.NowOr(_from) - _from);

    private bool Join(RegisteredProvider registered, WaitFor what, long now)
    {
        var place = PlaceAt(registered) ?? (_places = new WaitPlace(Waiter, registered, _places));
        return registered.State.Line.Join(place, what, now, _returns);
    }

    /// <summary>Whether it is the first that waits for some provider's return: the others are woken when they are.</summary>
    private bool KeepsTime()
    {
        var place = _places;
        while (place is not null && place is not { Line: not null, Before: null, For: WaitFor.Availability })
            place = place.OfSameCall;
        return place is not null;
    }

    private WaitPlace? PlaceAt(RegisteredProvider registered)
    {
        var place = _places;
        while (place is not null && place.Registered != registered)
            place = place.OfSameCall;
        return place;
    }

    private void SetTimer(long until)
    {
        var due = until == long.MaxValue ? Timeout.InfiniteTimeSpan : clock.Span(until - clock.Now());
        if (due > Waits.LongestTimer)
            due = Waits.LongestTimer;
        if (_timer is null)
        {
            _timer = clock.Time.CreateTimer(
                static waiter => ((PermitWaiter)waiter!).Wake(), Waiter, due, Timeout.InfiniteTimeSpan);
            return;
        }

        _timer.Change(due != Timeout.InfiniteTimeSpan && due < LeastPause ? LeastPause : due, Timeout.InfiniteTimeSpan);
    }
}
