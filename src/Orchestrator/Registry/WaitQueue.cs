namespace Orchestrator;

/// <summary>The calls that wait for a concurrency permit of one provider, first come, first served. Guarded by the lock of its
/// <see cref="ProviderState"/>.</summary>
internal sealed class WaitQueue
{
    private readonly LinkedList<(PermitWaiter Waiter, RegisteredProvider Registered)> _waiting = new();
    private readonly BucketCounts _waits = new(Buckets.Latency);

    public int Count => _waiting.Count;

    /// <summary>The waiting times of calls that were given a permit.</summary>
    public BucketCounts Waits => _waits;

    /// <summary>False when the queue is as long as it may be.</summary>
    public bool TryJoin(PermitWaiter waiter, RegisteredProvider registered)
    {
        if (_waiting.Count >= registered.QueueLimit)
            return false;
        _waiting.AddLast((waiter, registered));
        return true;
    }

    public void Leave(PermitWaiter waiter)
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Waiter == waiter)
            {
                _waiting.Remove(node);
                return;
            }
        }
    }

    /// <summary>Takes the next call that waits for a provider that has left the list, wherever in the queue it stands.</summary>
    public bool TryNextOf(RegisteredProvider registered, out PermitWaiter waiter)
    {
        for (var node = _waiting.First; node is not null;)
        {
            var (at, next) = (node.Value, node.Next);
            if (at.Registered == registered)
            {
                _waiting.Remove(node);
                if (at.Waiter.TryTake())
                {
                    waiter = at.Waiter;
                    return true;
                }
            }

            node = next;
        }

        waiter = null!;
        return false;
    }

    /// <summary>Takes the next call that still waits and whose provider has a permit.</summary>
    public bool TryNext(int inFlight, out PermitWaiter waiter, out RegisteredProvider registered)
    {
        while (_waiting.First is { } node)
        {
            (waiter, registered) = node.Value;
            if (inFlight >= registered.MaxConcurrency && !waiter.IsTaken)
                return false;
            _waiting.RemoveFirst();
            if (waiter.TryTake())
                return true;
        }

        (waiter, registered) = (null!, null!);
        return false;
    }
}
