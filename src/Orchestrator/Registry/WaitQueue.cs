namespace Orchestrator;

/// <summary>The calls that wait for a concurrency permit of one provider, first come, first served. Guarded by the lock of its
/// <see cref="ProviderState"/>.</summary>
internal sealed class WaitQueue
{
    private readonly LinkedList<(PermitWaiter Waiter, RegisteredProvider Slot)> _waiting = new();
    private readonly BucketCounts _waits = new(Buckets.Latency);

    public int Count => _waiting.Count;

    /// <summary>How long calls that were given a permit had waited for it.</summary>
    public BucketCounts Waits => _waits;

    /// <summary>False when the queue is as long as it may be.</summary>
    public bool TryJoin(PermitWaiter waiter, RegisteredProvider slot)
    {
        if (_waiting.Count >= slot.QueueLimit)
            return false;
        _waiting.AddLast((waiter, slot));
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

    /// <summary>The next that waits at a slot that has left the list. It is taken, wherever in the queue it stands: it waits for
    /// nothing.</summary>
    public bool TryNextOf(RegisteredProvider slot, out PermitWaiter waiter)
    {
        for (var node = _waiting.First; node is not null;)
        {
            var (at, next) = (node.Value, node.Next);
            if (at.Slot == slot)
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

    /// <summary>The next that still waits and that there is a permit for. It is taken.</summary>
    public bool TryNext(int inFlight, out PermitWaiter waiter, out RegisteredProvider slot)
    {
        while (_waiting.First is { } node)
        {
            (waiter, slot) = node.Value;
            if (inFlight >= slot.MaxConcurrency && !waiter.IsTaken)
                return false;
            _waiting.RemoveFirst();
            if (waiter.TryTake())
                return true;
        }

        (waiter, slot) = (null!, null!);
        return false;
    }
}
