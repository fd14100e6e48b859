namespace Orchestrator.Wall;

/// <summary>Knows which of the pool's busy threads are only blocked: a test host reads its pipe on one for as long as it lives.</summary>
/// <remarks>Threads that stay busy for a long time in which hardly anything is finished are taken for blocked; the number sinks again as
/// soon as fewer are busy. One for the process, whose pool is one too.</remarks>
internal sealed class BlockedThreads
{
    private static readonly TimeSpan LongTime = TimeSpan.FromMilliseconds(400);

    // Test hosts have timers of their own, some ten items a second; work that is under way has thousands.
    private const int FewItems = 40;

    private readonly Lock _lock = new();
    private int _blocked;
    private int _fewest = int.MaxValue;
    private long _finished;
    private long _since;

    public bool Rests()
    {
        if (ThreadPool.PendingWorkItemCount != 0)
            return false;
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        var busy = most - free;
        lock (_lock)
        {
            _blocked = Math.Min(_blocked, busy);
            if (busy == _blocked)
            {
                _fewest = int.MaxValue;
                return true;
            }

            LearnUnderLock(busy);
            return busy == _blocked;
        }
    }

    /// <summary>The fewest that were busy throughout a long and idle time are blocked.</summary>
    private void LearnUnderLock(int busy)
    {
        var finished = ThreadPool.CompletedWorkItemCount;
        if (_fewest == int.MaxValue || finished - _finished > FewItems)
        {
            (_fewest, _finished, _since) = (busy, finished, TimeProvider.System.GetTimestamp());
            return;
        }

        _fewest = Math.Min(_fewest, busy);
        if (TimeProvider.System.GetElapsedTime(_since) < LongTime)
            return;
        _blocked = _fewest;
        _fewest = int.MaxValue;
    }
}
