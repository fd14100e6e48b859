namespace Orchestrator.BadLuck;

/// <summary>One vendor is out of service for a time.</summary>
/// <param name="Kind">Why.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The first moment when it serves again.</param>
/// <param name="RetryAfter">What it tells its callers to wait.</param>
internal sealed record Cause(CauseKind Kind, TimeSpan From, TimeSpan To, TimeSpan RetryAfter)
{
    /// <summary>How long after it a router may leave the vendor out.</summary>
    /// <remarks>An exclusion for a dead key doubles, so that the last one is at most as long as all before it and the first. The cool-down
    /// of a rate limit without a time doubles too. After errors: the window of a minute, and the longest cool-down with its
    /// jitter.</remarks>
    public TimeSpan Recovery => Kind switch
    {
        CauseKind.DeadKey => Least(To - From + TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(310)),
        CauseKind.BareLimit => Least(To - From + TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(70)),
        CauseKind.LongLimit or CauseKind.ShortLimit => RetryAfter * 1.1 + TimeSpan.FromSeconds(5),
        _ => TimeSpan.FromSeconds(80),
    };

    public bool IsOn(TimeSpan now) => From <= now && now < To;

    /// <summary>Whether it explains that the vendor is out at some moment of a time.</summary>
    public bool Explains(TimeSpan from, TimeSpan to) => From <= to && from < To + Recovery;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
