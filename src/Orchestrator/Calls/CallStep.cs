namespace Orchestrator;

/// <summary>Where a call has come to.</summary>
internal enum CallStep
{
    /// <summary>It has to wait: for a provider, a plan, a permit, or the time of a retry.</summary>
    Wait,

    /// <summary>There is an update to hand out.</summary>
    Update,

    /// <summary>There is nothing more.</summary>
    End,
}
