namespace Orchestrator;

/// <summary>What an attempt asks its call while it runs.</summary>
internal interface IRunningCall
{
    /// <summary>Whether the consumer has disposed the stream while an update was awaited. From any thread.</summary>
    bool IsAbandoned { get; }

    /// <summary>
    /// Whether another available provider could be tried after the running attempt. On the call's own thread: a strategy may have to run
    /// to know.
    /// </summary>
    bool HasAnother { get; }
}
