namespace Orchestrator;

/// <summary>The calls that wait for a place at a provider that serves only so many at a time.</summary>
internal sealed partial class ProviderState
{
    /// <summary>Waits in line for a place, or has one at once. What is had is counted in: <see cref="Admit"/> it, or <see cref="Withdraw"/>.</summary>
    public Admission Join(ProviderSlot slot, PlaceWaiter waiter)
    {
        lock (_lock)
        {
            if (slot.IsRetired)
                return Admission.Retired;
            if (_inFlight >= slot.MaxConcurrency)
                return _queue.TryJoin(waiter, slot) ? Admission.Full : Admission.Excluded;
            if (!waiter.TryTake())
                return Admission.Full;
            OccupyUnderLock(slot);
            waiter.Give(slot);
            return Admission.Begun;
        }
    }

    /// <summary>The call waits no longer.</summary>
    public void Leave(PlaceWaiter waiter)
    {
        lock (_lock)
            _queue.Leave(waiter);
    }

    /// <summary>Whether the attempt may begin at the place it waited for: the provider may have been ejected or excluded meanwhile.</summary>
    public Admission Admit(ProviderSlot slot, long now, TimeSpan waited, bool anyway, out AttemptTicket ticket)
    {
        lock (_lock)
        {
            _queue.Waits.Add(waited.TotalSeconds);
            ticket = _health.Ticket;
            return slot.IsRetired ? Admission.Retired
                : _health.IsClear ? Admission.Begun
                : AdmitUnderLock(now, anyway, ref ticket);
        }
    }

    private void OccupyUnderLock(ProviderSlot slot)
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
