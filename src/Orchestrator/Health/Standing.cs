namespace Orchestrator;

/// <summary>How a provider stands with the next call.</summary>
internal enum Standing : byte
{
    /// <summary>Ranked by the strategy.</summary>
    Available,

    /// <summary>Ejected, and its cool-down is over: one call tries it, before the others.</summary>
    TrialDue,

    /// <summary>Ejected, or its trial is running: tried last.</summary>
    Avoided,

    /// <summary>Available, but as many calls are running as may: waited for when nobody else is free.</summary>
    Full,

    /// <summary>Not tried at all.</summary>
    Excluded,
}
