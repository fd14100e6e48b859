namespace Orchestrator;

/// <summary>What a call does next.</summary>
internal enum NextStep : byte
{
    /// <summary>A permit is granted: an attempt begins.</summary>
    Attempt,

    /// <summary>Every provider that is left has all of its permits given out.</summary>
    WaitForPermit,

    /// <summary>No provider is left that may be asked now: one whose vendor's limit ends soon is waited for.</summary>
    WaitForCoolDown,

    /// <summary>
    /// The list was replaced between plan and attempt, or a wait has made the plan old: a call must fail by neither, nor ask a provider
    /// twice.
    /// </summary>
    PlanAnew,
}
