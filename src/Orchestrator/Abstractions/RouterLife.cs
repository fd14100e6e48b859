namespace Orchestrator;

/// <summary>Whether a router takes calls, is being drained, or is disposed. Thread-safe; not to be copied.</summary>
internal struct RouterLife
{
    private const int Draining = 1;
    private const int Disposed = 2;

    private int _stage;

    public void Drain() => Interlocked.CompareExchange(ref _stage, Draining, 0);

    /// <returns>False when it is disposed already.</returns>
    public bool TryDispose() => Interlocked.Exchange(ref _stage, Disposed) != Disposed;

    public readonly void ThrowIfDisposed()
    {
        if (Volatile.Read(in _stage) == Disposed)
            throw RouterDisposed.Error();
    }

    /// <summary>Refuses a new call.</summary>
    public readonly void ThrowIfClosed()
    {
        if (Volatile.Read(in _stage) != 0)
            throw _stage == Disposed ? RouterDisposed.Error() : RouterDisposed.Draining();
    }
}
