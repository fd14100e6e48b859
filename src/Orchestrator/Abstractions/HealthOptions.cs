namespace Orchestrator;

/// <summary>When a failing provider is ejected (its circuit breaker opens; outlier ejection) or excluded, and for how long.
/// Immutable.</summary>
public sealed record HealthOptions
{
    /// <summary>So many failures in a row eject a provider, whatever the share of errors.</summary>
    /// <value>3.</value>
    public int ConsecutiveFailures { get; init => field = Positive(value, nameof(ConsecutiveFailures)); } = 3;

    /// <summary>The first cool-down: the time from an ejection to the trial. Chance makes it up to 20 % shorter or longer; each failed
    /// trial makes the next one half as long again.</summary>
    /// <value>5 s.</value>
    public TimeSpan CoolDown { get; init => field = Checked(value, nameof(CoolDown)); } = TimeSpan.FromSeconds(5);

    /// <summary>The longest cool-down within the first ten minutes.</summary>
    /// <value>15 s.</value>
    public TimeSpan LongestCoolDown { get; init => field = Checked(value, nameof(LongestCoolDown)); } = TimeSpan.FromSeconds(15);

    /// <summary>The cool-down of a provider that has been down for ten minutes.</summary>
    /// <value>60 s.</value>
    public TimeSpan LongOutageCoolDown { get; init => field = Checked(value, nameof(LongOutageCoolDown)); } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time a provider is excluded for its own <c>Retry-After</c>, and the longest cool-down after a rate limit (HTTP
    /// 429) without one: that is 1 s, and doubles while such errors come.</summary>
    /// <value>60 s.</value>
    public TimeSpan LongestRetryAfter { get; init => field = Checked(value, nameof(LongestRetryAfter)); } = TimeSpan.FromSeconds(60);

    /// <summary>How long a provider is excluded after one error that a person has to mend: credentials, money or model. The same result of
    /// another call doubles it, up to <see cref="ExclusionTime"/>; then the next call is a trial, and any success ends it.</summary>
    /// <value>5 s; <see cref="ExclusionTime"/> if that is shorter.</value>
    public TimeSpan FirstExclusionTime { get; init => field = Checked(value, nameof(FirstExclusionTime)); } = TimeSpan.FromSeconds(5);

    /// <summary>The longest time a provider is excluded whose credentials, money or model a person has to mend. Replacing the provider or
    /// <see cref="Router.ResetHealth"/> ends the exclusion at once.</summary>
    /// <value>5 min.</value>
    public TimeSpan ExclusionTime { get; init => field = Checked(value, nameof(ExclusionTime)); } = TimeSpan.FromMinutes(5);

    /// <summary>The sliding window that error rates are taken over; it moves in sixtieths.</summary>
    /// <value>60 s.</value>
    public TimeSpan Window { get; init => field = Checked(value, nameof(Window)); } = TimeSpan.FromSeconds(60);

    /// <summary>With fewer finished attempts in the window a provider counts as healthy (the minimum throughput of a circuit
    /// breaker).</summary>
    /// <value>5.</value>
    public int MinimumRequests { get; init => field = Positive(value, nameof(MinimumRequests)); } = 5;

    /// <summary>From this share of errors in the window on a provider is <see cref="ProviderHealth.Degraded"/>; above 0, at most
    /// 1.</summary>
    /// <value>0.3.</value>
    public double DegradedErrorRate { get; init => field = CheckedRate(value, nameof(DegradedErrorRate)); } = 0.3;

    /// <summary>From this share of errors in the window on a provider is <see cref="ProviderHealth.Unhealthy"/> and ejected; above 0, at
    /// most 1, and not below <see cref="DegradedErrorRate"/>.</summary>
    /// <value>0.6.</value>
    public double UnhealthyErrorRate { get; init => field = CheckedRate(value, nameof(UnhealthyErrorRate)); } = 0.6;

    internal void Check()
    {
        if (DegradedErrorRate > UnhealthyErrorRate)
        {
            throw new ArgumentException(
                $"HealthOptions.DegradedErrorRate is {DegradedErrorRate} and UnhealthyErrorRate {UnhealthyErrorRate}; " +
                "a provider is degraded before it is unhealthy.");
        }
    }

    private static int Positive(int value, string name) =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 or more.");

    private static double CheckedRate(double value, string name) =>
        value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be above 0 and at most 1.");

    private static TimeSpan Checked(TimeSpan value, string name) =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be longer than zero.");
}
