using System.Threading.Tasks.Sources;

namespace Orchestrator;

/// <summary>
/// One call that waits for a free permit at any of several providers. It is taken once: by the first permit that is granted to it, or by
/// the call itself when it stops waiting. Until then it can be woken as often as there is something to look at, and keeps its places.
/// </summary>
/// <param name="arrival">When the call first came to wait, by number: the order of every line.</param>
internal sealed class PermitWaiter(long arrival) : IValueTaskSource
{
    private static readonly Action<object?> Woken = static _ => { };

    private Action<object?>? _continuation;
    private object? _state;
    private RegisteredProvider? _provider;
    private int _taken;
    private int _awaitedPermits;

    public long Arrival => arrival;

    /// <summary>Whether it waits at more providers than one. Set by the call.</summary>
    public bool HasSeveralPlaces { get; set; }

    public bool IsTaken => Volatile.Read(ref _taken) != 0;

    /// <summary>The provider that gave a permit, which is already counted as in flight; null before that.</summary>
    public RegisteredProvider? Provider => Volatile.Read(ref _provider);

    /// <summary>What the provider's state gave out for the attempt.</summary>
    public AttemptTicket Ticket { get; private set; }

    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Hands over a permit after <see cref="TryTake"/>. Runs none of the call's code on this thread.</summary>
    public void Give(RegisteredProvider registered, AttemptTicket ticket)
    {
        Ticket = ticket;
        Volatile.Write(ref _provider, registered);
        Wake();
    }

    /// <summary>One provider more whose permit is waited for.</summary>
    public void AddAwaitedPermit() => Interlocked.Increment(ref _awaitedPermits);

    /// <summary>One provider less whose permit is waited for.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool RemoveAwaitedPermit() => Interlocked.Decrement(ref _awaitedPermits) == 0;

    /// <summary>Ends the present wait, or the next where none is. From any thread, which runs none of the call's code.</summary>
    public void Wake()
    {
        // What has happened is written before; the call reads it after it has armed this again.
        var continuation = Interlocked.Exchange(ref _continuation, Woken);
        if (continuation is not null && !ReferenceEquals(continuation, Woken))
            Queue(continuation, _state);
    }

    /// <summary>Waits to be woken. One wait at a time.</summary>
    public ValueTask WaitAsync() => new(this, 0);

    void IValueTaskSource.GetResult(short token) => Interlocked.Exchange(ref _continuation, null);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) =>
        ReferenceEquals(Volatile.Read(ref _continuation), Woken) ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _state = state;
        if (Interlocked.CompareExchange(ref _continuation, continuation, null) is not null)
            Queue(continuation, state);
    }

    // In the common queue: those that are woken first go on first.
    private static void Queue(Action<object?> continuation, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: false);
}
