namespace Orchestrator;

/// <summary>What an error of some kind does to its provider's health.</summary>
public enum HealthEffect
{
    /// <summary>Nothing: the provider is not to blame.</summary>
    None,

    /// <summary>It counts as a failure: enough of them eject the provider.</summary>
    Failure,

    /// <summary>The provider is excluded for as long as its <c>Retry-After</c> says, at most
    /// <see cref="HealthOptions.LongestRetryAfter"/>.</summary>
    ExcludedForRetryAfter,

    /// <summary>The provider is excluded for <see cref="HealthOptions.ExclusionTime"/>, or until it is replaced: a person has to mend
    /// it.</summary>
    Excluded,
}
