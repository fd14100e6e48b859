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
            return _grants.Join(place, what, now, returns);
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
            _grants.HandOn(now);
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

    /// <summary>The time, and where the clock throws the last one known.</summary>
    private long NowOrBefore() => _clock.NowOr(Volatile.Read(ref _lastNow));
}
