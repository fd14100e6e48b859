namespace Orchestrator;

/// <summary>When a failing provider is avoided or left out, and for how long. Immutable.</summary>
public sealed record HealthOptions
{
    /// <summary>So many failures in a row eject a provider, whatever the share of errors.</summary>
    /// <value>3.</value>
    public int FailuresInARow { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(FailuresInARow), value, "FailuresInARow must be 1 or more."); } = 3;

    /// <summary>The first cool-down: the time from an ejection to the trial. Chance makes it up to 20 % shorter or longer; each failed trial makes the next
    /// one half as long again.</summary>
    /// <value>5 s.</value>
    public TimeSpan CoolDown { get; init => field = Checked(value, nameof(CoolDown)); } = TimeSpan.FromSeconds(5);

    /// <summary>The longest cool-down within the first ten minutes.</summary>
    /// <value>15 s.</value>
    public TimeSpan LongestCoolDown { get; init => field = Checked(value, nameof(LongestCoolDown)); } = TimeSpan.FromSeconds(15);

    /// <summary>The cool-down of a provider that has been down for ten minutes.</summary>
    /// <value>60 s.</value>
    public TimeSpan CoolDownAfterTenMinutes { get; init => field = Checked(value, nameof(CoolDownAfterTenMinutes)); } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time a provider is left out because of its own <c>Retry-After</c>.</summary>
    /// <value>60 s.</value>
    public TimeSpan LongestRetryAfter { get; init => field = Checked(value, nameof(LongestRetryAfter)); } = TimeSpan.FromSeconds(60);

    /// <summary>How long a provider is left out whose credentials, money or model a person has to see to. Replacing it ends that at once.</summary>
    /// <value>5 min.</value>
    public TimeSpan ExclusionTime { get; init => field = Checked(value, nameof(ExclusionTime)); } = TimeSpan.FromMinutes(5);

    private static TimeSpan Checked(TimeSpan value, string name) =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be longer than zero.");
}
