namespace Orchestrator;

/// <summary>The turns that free calls among one set of candidates have taken. Thread-safe.</summary>
internal sealed class TurnCount
{
    private long _taken;

    /// <summary>When it was last looked up, by the count of look-ups. Guarded by the lock of its table.</summary>
    public long UsedAt { get; set; }

    /// <summary>Takes the next turn: 0, 1, 2, …</summary>
    public long Take() => Interlocked.Increment(ref _taken) - 1;

    /// <summary>The turn that the next call takes.</summary>
    public long Peek() => Volatile.Read(ref _taken);
}
