namespace Orchestrator;

/// <summary>Whose turn a call is: that of the reader of its updates, or that of a consumer that disposes it. Thread-safe.</summary>
internal struct StreamTurn
{
    private const int Idle = 0;
    private const int Moving = 1;
    private const int Abandoned = 2;
    private const int Closing = 3;

    private int _turn;

    /// <summary>What a disposal finds.</summary>
    public enum Disposal
    {
        /// <summary>The call is closed by this disposal, until <see cref="End"/>.</summary>
        Closes,

        /// <summary>Another disposal closes it.</summary>
        IsClosing,

        /// <summary>An update is awaited: that one closes the stream.</summary>
        Abandons,

        /// <summary>Another disposal has abandoned it while an update is awaited.</summary>
        IsAbandoned,
    }

    /// <summary>Whether the stream was disposed while an update was awaited.</summary>
    public readonly bool IsAbandoned => Volatile.Read(in _turn) == Abandoned;

    /// <summary>The reader asks for an update.</summary>
    public bool TryMove() => Interlocked.CompareExchange(ref _turn, Moving, Idle) == Idle;

    /// <summary>The update is there.</summary>
    /// <returns>False when the stream was disposed meanwhile: it is to be closed, until <see cref="End"/>.</returns>
    public bool TryEndMove() => Interlocked.CompareExchange(ref _turn, Idle, Moving) == Moving;

    /// <summary>The call is closed.</summary>
    public void End() => Volatile.Write(ref _turn, Idle);

    public Disposal Dispose()
    {
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _turn, Closing, Idle))
            {
                case Idle:
                    return Disposal.Closes;
                case Closing:
                    return Disposal.IsClosing;
                case Abandoned:
                    return Disposal.IsAbandoned;
                case Moving when Interlocked.CompareExchange(ref _turn, Abandoned, Moving) == Moving:
                    return Disposal.Abandons;
            }
        }
    }
}
