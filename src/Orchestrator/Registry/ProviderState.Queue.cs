namespace Orchestrator;

/// <summary>The calls that wait for a place at a provider that serves only so many at a time.</summary>
internal sealed partial class ProviderState
{
    /// <summary>Waits in line for a permit, or is given one at once. A granted permit is already counted as in flight: <see cref="Admit"/> it, or <see cref="Withdraw"/>.</summary>
    /// <returns>False when the line is full, or the provider has left the list.</returns>
    public bool Join(RegisteredProvider slot, PermitWaiter waiter)
    {
        lock (_lock)
        {
            if (slot.IsRetired)
                return false;
            if (_inFlight >= slot.MaxConcurrency)
                return _queue.TryJoin(waiter, slot);
            if (waiter.TryTake())
            {
                OccupyUnderLock(slot);
                waiter.Give(slot);
            }

            return true;
        }
    }

    /// <summary>The call waits no longer.</summary>
    public void Leave(PermitWaiter waiter)
    {
        lock (_lock)
            _queue.Leave(waiter);
    }

    /// <summary>Whether the attempt may begin at the place it waited for: the provider may have been ejected or excluded meanwhile.</summary>
    public ProviderAvailability Admit(RegisteredProvider slot, long now, TimeSpan waited, bool anyway, out AttemptTicket ticket)
    {
        lock (_lock)
        {
            _queue.Waits.Add(waited.TotalSeconds);
            ticket = _health.Ticket;
            return slot.IsRetired ? ProviderAvailability.Excluded
                : _health.IsClear ? ProviderAvailability.Available
                : AdmitUnderLock(now, anyway, ref ticket);
        }
    }

    private void OccupyUnderLock(RegisteredProvider slot)
    {
        slot.Lease.AddAttempt();
        slot.Totals!.Users++;
        _inFlight++;
    }

    /// <summary>Gives what has become free to those who wait for it.</summary>
    private void HandOnUnderLock()
    {
        while (_queue.TryNext(_inFlight, out var waiter, out var slot))
        {
            OccupyUnderLock(slot);
            waiter.Give(slot);
        }
    }
}
