namespace Orchestrator;

/// <summary>
/// The concurrency permits of one provider name (a bulkhead): the attempts that hold one, and the calls that wait for one. Guarded by the
/// lock of its <see cref="ProviderState"/>.
/// </summary>
internal sealed class ProviderPermits
{
    private readonly WaitQueue _queue = new();
    private int _inFlight;

    /// <summary>The attempts that hold a permit. May be read without the lock, and is then a moment old at most.</summary>
    public int InFlight => _inFlight;

    /// <summary>The calls that wait for a permit.</summary>
    public int Queued => _queue.Count;

    /// <summary>The waiting times of calls that were given a permit.</summary>
    public BucketCounts Waits => _queue.Waits;

    /// <summary>The calls that wait, for a permit or for the provider's return.</summary>
    public WaitQueue Line => _queue;

    public bool IsFull(RegisteredProvider registered) => _inFlight >= registered.MaxConcurrency;

    /// <summary>Gives one permit to an attempt at this provider.</summary>
    public void Take(RegisteredProvider registered)
    {
        registered.Lifetime.AddAttempt();
        registered.Totals!.Users++;
        _inFlight++;
    }

    /// <summary>Ends an attempt whose provider's code has not returned. The attempt keeps its permit, unless another provider object has
    /// taken the name.</summary>
    public void Orphan(ProviderLifetime lifetime)
    {
        if (lifetime.IsReplaced)
            _inFlight--;
        else
            lifetime.Orphaned++;
    }

    public void Return() => _inFlight--;

    /// <summary>Returns the permit that an orphaned attempt has kept.</summary>
    public void ReturnOrphaned(ProviderLifetime lifetime)
    {
        if (lifetime.IsReplaced)
            return;
        lifetime.Orphaned--;
        _inFlight--;
    }

    /// <summary>Returns all permits of orphaned attempts: the provider object that takes the name starts with all permits
    /// free.</summary>
    public void Replace(ProviderLifetime lifetime)
    {
        lifetime.IsReplaced = true;
        _inFlight -= lifetime.Orphaned;
        lifetime.Orphaned = 0;
    }

    /// <summary>The first call in line that could be given a permit.</summary>
    /// <param name="before">Only those that came before this number.</param>
    /// <param name="isEjected">Whether only those count that would take the permit of an ejected provider.</param>
    public WaitPlace? FirstInLine(long before, bool isEjected) =>
        _queue.First(isEjected) is { } place && place.Waiter.Arrival < before && !IsFull(place.Registered) ? place : null;
}
