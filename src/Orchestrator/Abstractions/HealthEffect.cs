namespace Orchestrator;

/// <summary>What an error of some kind does to its provider's health.</summary>
public enum HealthEffect
{
    /// <summary>Nothing: the provider is not to blame.</summary>
    None,

    /// <summary>It counts as a failure: enough of them eject the provider. A <c>Retry-After</c> excludes it as well, as
    /// <see cref="ExcludedForRetryAfter"/> does.</summary>
    Failure,

    /// <summary>The provider is excluded for as long as its <c>Retry-After</c> says, at most
    /// <see cref="HealthOptions.LongestRetryAfter"/>. A rate limit without one excludes it for a cool-down of 1 s, which doubles while
    /// rate limits come, up to the same length.</summary>
    ExcludedForRetryAfter,

    /// <summary>The provider is excluded for <see cref="HealthOptions.FirstExclusionTime"/>, and for twice as long each time another call
    /// confirms it, up to <see cref="HealthOptions.ExclusionTime"/>; then a trial is made. A success, or another provider under its name,
    /// ends it: a person has to mend it.</summary>
    Excluded,
}
