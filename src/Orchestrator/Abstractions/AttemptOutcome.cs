namespace Orchestrator;

/// <summary>How an attempt ended. Every attempt ends in exactly one of these.</summary>
public enum AttemptOutcome
{
    /// <summary>A complete answer.</summary>
    Succeeded,

    /// <summary>An error, a limit or a cut answer.</summary>
    Failed,

    /// <summary>The caller cancelled, or the router was disposed.</summary>
    Cancelled,

    /// <summary>The consumer of a stream stopped reading before its end.</summary>
    Abandoned,
}
