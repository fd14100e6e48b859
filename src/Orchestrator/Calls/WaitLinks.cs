namespace Orchestrator;

/// <summary>What ends the waits of a call when its stream is disposed. <see cref="End"/> comes from any thread.</summary>
internal struct WaitLinks
{
    private LinkedCancellation? _time;
    private PermitWaiter? _inLine;

    /// <summary>Ends a wait when the call is cancelled or its stream is disposed.</summary>
    public LinkedCancellation New(CallInput call, IRunningCall running)
    {
        var either = new LinkedCancellation(call.Token, call.Services.Disposing);
        // A full fence between this and the look: a disposal sees the wait, or is seen.
        Interlocked.Exchange(ref _time, either);
        if (running.IsAbandoned)
            either.Cancel();
        return either;
    }

    /// <summary>Wakes a call in line when it is cancelled or its stream is disposed.</summary>
    public void Add(PermitWait wait, CallInput call)
    {
        wait.LinkTo(call.Token);
        // A full fence between this and the look: a disposal sees the wait, or is seen. That of the router ends all registrations.
        Interlocked.Exchange(ref _inLine, wait.Waiter);
    }

    /// <summary>The consumer has left.</summary>
    public readonly void End()
    {
        Volatile.Read(in _time)?.Cancel();
        Volatile.Read(in _inLine)?.Wake();
    }
}
