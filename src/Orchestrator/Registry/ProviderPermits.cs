namespace Orchestrator;

/// <summary>
/// The concurrency permits of one provider name (a bulkhead): the attempts that hold one, and the calls that wait for one. Guarded by the
/// lock of its <see cref="ProviderState"/>.
/// </summary>
internal sealed class ProviderPermits
{
    private readonly WaitQueue _queue = new();
    private int _inFlight;

    /// <summary>The attempts that hold a permit. A single value: read without the lock it is that of a moment before or after.</summary>
    public int InFlight => _inFlight;

    /// <summary>The calls that wait for a permit.</summary>
    public int Queued => _queue.Count;

    /// <summary>How long calls that were given a permit had waited for it.</summary>
    public BucketCounts Waits => _queue.Waits;

    public bool IsFull(RegisteredProvider slot) => _inFlight >= slot.MaxConcurrency;

    /// <summary>Gives one permit to an attempt on this slot.</summary>
    public void Take(RegisteredProvider slot)
    {
        slot.Lease.AddAttempt();
        slot.Totals!.Users++;
        _inFlight++;
    }

    /// <summary>Ends an attempt whose provider's code has not come back: it keeps its permit, unless another instance has taken the
    /// name.</summary>
    public void Orphan(ProviderLifetime lease)
    {
        if (lease.IsReplaced)
            _inFlight--;
        else
            lease.Orphaned++;
    }

    public void Return() => _inFlight--;

    /// <summary>Returns the permit that an orphaned attempt has kept.</summary>
    public void ReturnOrphaned(ProviderLifetime lease)
    {
        if (lease.IsReplaced)
            return;
        lease.Orphaned--;
        _inFlight--;
        HandOn();
    }

    /// <summary>Returns all permits of orphaned attempts: an instance that replaces one that does not return starts with all of
    /// them.</summary>
    public void Replace(ProviderLifetime lease)
    {
        lease.IsReplaced = true;
        _inFlight -= lease.Orphaned;
        lease.Orphaned = 0;
    }

    /// <summary>Takes a permit for the call, or puts it into the queue.</summary>
    /// <returns>False when the queue is full.</returns>
    public bool TakeOrJoin(RegisteredProvider slot, PermitWaiter waiter)
    {
        if (IsFull(slot))
            return _queue.TryJoin(waiter, slot);
        if (waiter.TryTake())
        {
            Take(slot);
            waiter.Give(slot);
        }

        return true;
    }

    public void Leave(PermitWaiter waiter) => _queue.Leave(waiter);

    /// <summary>Sends the calls that wait at a slot that has left the list back to their plans.</summary>
    public void SendAway(RegisteredProvider slot)
    {
        while (_queue.Count > 0 && _queue.TryNextOf(slot, out var waiter))
            waiter.Give(null);
    }

    /// <summary>Gives permits that have become free to the calls that wait for them.</summary>
    public void HandOn()
    {
        while (_queue.Count > 0 && _queue.TryNext(_inFlight, out var waiter, out var slot))
        {
            Take(slot);
            waiter.Give(slot);
        }
    }
}
