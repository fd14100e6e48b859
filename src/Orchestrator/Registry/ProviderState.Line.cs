namespace Orchestrator;

/// <summary>The line: which calls wait for the provider, and what they are granted.</summary>
internal sealed partial class ProviderState
{
    private long _lastNow;

    /// <summary>
    /// Waits for a permit, or for the provider's return, or takes a permit at once where one is free and no call came before. A granted
    /// permit is already counted as in flight: <see cref="Admit"/> it, or <see cref="Withdraw"/>.
    /// </summary>
    /// <param name="place">The place; one that is in line may wait for something else from now on.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="now">The time.</param>
    /// <param name="returns">Whether the call was in line before: there is room for it.</param>
    /// <returns>False when the line is full, or the provider has left the list.</returns>
    public bool Join(WaitPlace place, WaitFor what, long now, bool returns)
    {
        lock (_lock)
        {
            if (place.Registered.IsRetired)
                return false;
            returns |= place.Line is not null;
            if (place.Line is null || place.For != what)
                _permits.Line.Join(place, what);
            HandOnUnderLock(now);
            if (returns || place.Line is null || place.For == WaitFor.Availability || Queued <= place.Registered.QueueLimit)
                return true;
            _permits.Line.Leave(place);
            return false;
        }
    }

    /// <summary>Removes a call that has stopped waiting from the line.</summary>
    public void Leave(WaitPlace place)
    {
        lock (_lock)
        {
            _permits.Line.Leave(place);
            _permits.Line.TellFirst();
        }
    }

    /// <summary>Grants what the provider has free by now to those that came first: no timer brings it back.</summary>
    public void HandOn(long now)
    {
        lock (_lock)
            HandOnUnderLock(now);
    }

    /// <summary>Whether the attempt may begin with the permit it waited for: the provider may have been ejected or excluded
    /// meanwhile.</summary>
    /// <param name="registered">The provider.</param>
    /// <param name="now">The time.</param>
    /// <param name="waited">How long the call waited.</param>
    /// <param name="ticket">The ticket that came with the permit.</param>
    public ProviderAvailability Admit(RegisteredProvider registered, long now, TimeSpan waited, ref AttemptTicket ticket)
    {
        lock (_lock)
        {
            _permits.Waits.Add(waited.TotalSeconds);
            if (registered.IsRetired)
                return ProviderAvailability.Excluded;
            if (ticket.IsTrial || _health.IsClear)
                return ProviderAvailability.Available;
            return AdmitUnderLock(now, anyway: ticket.WasEjected, ref ticket);
        }
    }

    private int Queued => _permits.Queued;

    /// <summary>Grants permits that are free to the calls that wait for them, in the order they came, as far as the provider's health
    /// allows.</summary>
    /// <param name="now">The time.</param>
    /// <param name="before">Only to calls that came before this number.</param>
    /// <param name="isWorse">Whether the time at which the provider comes back may have changed.</param>
    private void HandOnUnderLock(long now, long before = long.MaxValue, bool isWorse = false)
    {
        _lastNow = now;
        if (_permits.Line.IsEmpty)
            return;
        var isClosed = false;
        while (!isClosed && _permits.FirstInLine(before, isEjected: false) is { } place)
        {
            var ticket = _health.Ticket;
            var availability = _health.IsClear ? ProviderAvailability.Available : AdmitUnderLock(now, anyway: false, ref ticket);
            isClosed = availability != ProviderAvailability.Available;
            if (!isClosed)
                GrantUnderLock(place, ticket);
            else if (availability == ProviderAvailability.Excluded)
                _permits.Line.NoteExcluded();
            else
                GrantAnywayUnderLock(before, ticket);
        }

        _permits.Line.TellFirst(again: isWorse);
    }

    private void GrantAnywayUnderLock(long before, AttemptTicket ticket)
    {
        _permits.Line.NoteEjected();
        while (_permits.FirstInLine(before, isEjected: true) is { } place)
            GrantUnderLock(place, ticket);
    }

    private void GrantUnderLock(WaitPlace place, AttemptTicket ticket)
    {
        if (!place.Waiter.TryTake())
        {
            _health.EndTrial(ticket);
            return;
        }

        _permits.Line.Leave(place);
        _permits.Take(place.Registered);
        place.Waiter.Give(place.Registered, ticket);
    }

    /// <summary>The time, and where the clock throws the last one known.</summary>
    private long NowOrBefore() => _clock.NowOr(Volatile.Read(ref _lastNow));
}
