namespace Orchestrator;

/// <summary>Tells calls that wait that the list of providers has changed. Thread-safe.</summary>
internal sealed class ListChange
{
    private TaskCompletionSource<bool>? _next;

    /// <summary>Completes with the next change.</summary>
    public Task<bool> Next
    {
        get
        {
            while (true)
            {
                if (Volatile.Read(ref _next) is { } next)
                    return next.Task;
                Interlocked.CompareExchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously), null);
            }
        }
    }

    /// <summary>The list has changed. Runs none of the calls' code on this thread.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, null)?.SetResult(true);
}
