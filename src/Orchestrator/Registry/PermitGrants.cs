namespace Orchestrator;

/// <summary>
/// Grants the permits of one provider to the calls in line, in the order they came, as far as the provider's health allows. Guarded by the
/// lock of its <see cref="ProviderState"/>.
/// </summary>
internal sealed class PermitGrants(ProviderPermits permits, HealthRecord health, PermitGrants.Admission admit)
{
    /// <summary>Whether an attempt may begin; starts the trial where one is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="anyway">Whether it may begin though the provider is ejected.</param>
    /// <param name="ticket">The attempt's ticket.</param>
    public delegate ProviderAvailability Admission(long now, bool anyway, out AttemptTicket ticket);

    /// <inheritdoc cref="ProviderLine.Join"/>
    public bool Join(WaitPlace place, WaitFor what, long now, bool returns)
    {
        if (place.Registered.IsRetired)
            return false;
        returns |= place.Line is not null;
        if (place.Line is null || place.For != what)
            permits.Line.Join(place, what);
        // Switched off since the plan was made.
        if (health.IsDisabled)
            permits.Line.NoteExcluded();
        HandOn(now);
        if (returns || place.Line is null || place.For == WaitFor.Availability || permits.Queued <= place.Registered.QueueLimit)
            return true;
        permits.Line.Leave(place);
        return false;
    }

    /// <summary>Grants all that is free.</summary>
    /// <param name="now">The time.</param>
    /// <param name="before">Only to calls that came before this number.</param>
    /// <param name="isWorse">Whether the time at which the provider comes back may have changed.</param>
    public void HandOn(long now, long before = long.MaxValue, bool isWorse = false)
    {
        if (permits.Line.IsEmpty)
            return;
        var isClosed = false;
        while (!isClosed && permits.FirstInLine(before, isEjected: false) is { } place)
        {
            var ticket = health.Ticket;
            var availability = health.IsClear ? ProviderAvailability.Available : admit(now, anyway: false, out ticket);
            isClosed = availability != ProviderAvailability.Available;
            if (!isClosed)
                Grant(place, ticket);
            else if (availability == ProviderAvailability.Excluded)
                permits.Line.NoteExcluded();
            else
                GrantAnyway(before, ticket);
        }

        permits.Line.TellFirst(again: isWorse);
    }

    private void GrantAnyway(long before, AttemptTicket ticket)
    {
        permits.Line.NoteEjected();
        while (permits.FirstInLine(before, isEjected: true) is { } place)
            Grant(place, ticket);
    }

    private void Grant(WaitPlace place, AttemptTicket ticket)
    {
        if (!place.Waiter.TryTake())
        {
            health.EndTrial(ticket);
            return;
        }

        permits.Line.Leave(place);
        permits.Take(place.Registered);
        place.Waiter.Give(place.Registered, ticket);
    }
}
