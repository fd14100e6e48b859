namespace Orchestrator;

/// <summary>When a failed provider is asked a second time, and how many such attempts a router may make in all. Immutable.</summary>
/// <remarks><see cref="RouterOptions.ErrorRules"/> decides which kinds of error are retried.</remarks>
public sealed record RetryOptions
{
    /// <summary>No provider is asked twice by one call, and no ejected one after another attempt.</summary>
    public static RetryOptions None { get; } = new() { MaxRetriesPerProvider = 0, BudgetShare = 0, BudgetPerSecond = 0 };

    internal static RetryOptions Default { get; } = new();

    /// <summary>How often one call asks the same provider again. Zero switches it off. A rate limit that is over soon is waited for again
    /// when no other provider is left, as long as attempts are.</summary>
    /// <value>1.</value>
    public int MaxRetriesPerProvider { get; init => field = Checked(value, nameof(MaxRetriesPerProvider)); } = 1;

    /// <summary>The shortest wait before that. The backoff is a random time between this and <see cref="MaxDelay"/> (jitter), so that many
    /// calls do not retry at once.</summary>
    /// <value>250 ms.</value>
    public TimeSpan MinDelay { get; init => field = Checked(value, nameof(MinDelay)); } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait before that.</summary>
    /// <value>500 ms.</value>
    public TimeSpan MaxDelay { get; init => field = Checked(value, nameof(MaxDelay)); } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest <c>Retry-After</c> a call waits for; with a longer one it goes to the next provider. Up to a tenth is added by
    /// chance.</summary>
    /// <value>3 s.</value>
    public TimeSpan LongestRetryAfter { get; init => field = Checked(value, nameof(LongestRetryAfter)); } = TimeSpan.FromSeconds(3);

    /// <summary>The retries a router may make, as a share of its calls. Together with <see cref="BudgetPerSecond"/> this is the budget that
    /// pays for attempts at the same provider and at ejected ones; first attempts and failovers to an available provider are
    /// free.</summary>
    /// <value>0.2.</value>
    public double BudgetShare { get; init => field = Checked(value, nameof(BudgetShare)); } = 0.2;

    /// <summary>The retries a router may make in every second besides.</summary>
    /// <value>10.</value>
    public double BudgetPerSecond { get; init => field = Checked(value, nameof(BudgetPerSecond)); } = 10;

    internal void Check()
    {
        if (MinDelay > MaxDelay)
            throw new ArgumentException(
                $"RetryOptions.MinDelay is {MinDelay} and MaxDelay {MaxDelay}; the shortest wait must not be longer than the longest.");
    }

    private static int Checked(int value, string name) =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 or more.");

    private static double Checked(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 or more, and finite.");

    private static TimeSpan Checked(TimeSpan value, string name) =>
        value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be zero or longer.");
}
