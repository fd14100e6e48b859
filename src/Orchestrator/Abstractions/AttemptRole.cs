namespace Orchestrator;

/// <summary>Why an attempt was made.</summary>
public enum AttemptRole
{
    /// <summary>The first attempt of the call.</summary>
    First,

    /// <summary>Another provider failed before.</summary>
    Failover,

    /// <summary>A stream broke after text was handed out, and the call starts over here (<see cref="MidStreamMode.Restart"/>).</summary>
    Restart,

    /// <summary>The same provider failed before in a way that may pass: it is asked again after a short wait.</summary>
    Retry,

    /// <summary>The provider was ejected and its cool-down is over: this attempt finds out whether it is back.</summary>
    Trial,
}
