namespace Orchestrator;

/// <summary>Why what an attempt used was wasted: it gave no answer that its caller took whole.</summary>
public enum WasteCause
{
    /// <summary>The attempt failed.</summary>
    Failed,

    /// <summary>The caller cancelled, or the router was disposed.</summary>
    Cancelled,

    /// <summary>The consumer of a stream stopped reading before its end.</summary>
    Abandoned,

    /// <summary>A stream broke after text was handed out, and the call started over (<see cref="MidStreamMode.Restart"/>).</summary>
    Restarted,
}
