namespace Orchestrator;

/// <summary>Numbers the calls of a router, and knows when the last of them has ended. Thread-safe.</summary>
/// <param name="ended">Counts those that have ended.</param>
internal sealed class RunningCalls(CallTotals ended)
{
    private TaskCompletionSource<bool>? _idle;
    private long _last = -1;
    private long _refused;
    private bool _areCut;

    /// <summary>Whether the disposal of the router has ended calls that ran.</summary>
    public bool AreCut => Volatile.Read(ref _areCut);

    /// <summary>Begins a call.</summary>
    /// <returns>Its number, from 0 up.</returns>
    /// <exception cref="ObjectDisposedException">The router is being drained.</exception>
    public long Begin()
    {
        var number = Interlocked.Increment(ref _last);
        return Volatile.Read(ref _idle) is { } idle ? throw Refuse(idle) : number;
    }

    /// <summary>A call that has begun was counted as ended.</summary>
    public void NoteEnd()
    {
        if (Volatile.Read(ref _idle) is { } idle)
            Check(idle);
    }

    /// <summary>Refuses new calls from now on.</summary>
    /// <returns>Ends when no call runs.</returns>
    public Task<bool> CloseAsync()
    {
        var idle = Interlocked.CompareExchange(
            ref _idle, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _idle;
        // A call that ends at this moment either sees the source, or its count is seen here: the fence is not on the path of every call.
        Interlocked.MemoryBarrierProcessWide();
        Check(idle);
        return idle.Task;
    }

    /// <summary>Refuses new calls, and waits until none runs, the time is over or the wait is cancelled. Never throws: the router is
    /// disposed in any case, which cancels what still runs.</summary>
    public async Task CloseWithinAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await CloseAsync().WithinAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Also what the clock throws.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The time is over.
        }
    }

    /// <summary>The router is about to be disposed, which ends the calls that run.</summary>
    public void NoteDisposal()
    {
        if (Volatile.Read(ref _idle) is not { Task.IsCompleted: true } && !AreOver())
            Volatile.Write(ref _areCut, true);
    }

    private ObjectDisposedException Refuse(TaskCompletionSource<bool> idle)
    {
        Interlocked.Increment(ref _refused);
        Check(idle);
        return RouterDisposed.Draining();
    }

    private void Check(TaskCompletionSource<bool> idle)
    {
        if (AreOver())
            idle.TrySetResult(true);
    }

    private bool AreOver()
    {
        // Those that have ended are read first: one that begins in between cannot make up for one that runs.
        var over = ended.Count() + Interlocked.Read(ref _refused);
        return over == Interlocked.Read(ref _last) + 1;
    }
}
