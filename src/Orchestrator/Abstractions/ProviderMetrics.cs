namespace Orchestrator;

/// <summary>What a router knows about one provider, at one moment. Immutable. Counters go on when a provider is replaced under its
/// name.</summary>
public sealed record ProviderMetrics
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>Status by the errors in <see cref="HealthOptions.Window"/> (60 s); an ejected provider is unhealthy
    /// whatever they are.</summary>
    public ProviderHealth Health { get; init; }

    /// <summary>Whether it may serve a call now.</summary>
    public ProviderAvailability Availability { get; init; }

    /// <summary>Whether it is neither ejected nor excluded. One whose permits are all taken is available: calls wait for it.</summary>
    public bool IsAvailable => Availability is ProviderAvailability.Available or ProviderAvailability.AtCapacity;

    /// <summary>Why it is excluded from every call now; <see cref="ExclusionReason.None"/> when it is not.</summary>
    public ExclusionReason Exclusion { get; init; }

    /// <summary>How long it stays excluded or ejected at least, zero when its trial is due; <see langword="null"/> when it is
    /// available, or was switched off by hand.</summary>
    public TimeSpan? AvailableIn { get; init; }

    /// <summary>How often it was ejected for failing, failed trials included.</summary>
    public long Ejections { get; init; }

    /// <summary>Attempts running now, including orphaned ones: the provider ignored its cancellation and its code has not ended.
    /// Orphaned attempts of an instance that another has replaced under the same name do not count: the new one has all of its
    /// permits.</summary>
    public int InFlight { get; init; }

    /// <summary>Calls that wait now because all permits are taken; a call that waits at several providers counts at each.</summary>
    public int Queued { get; init; }

    /// <summary>Attempts that have ended: the sum of the four below.</summary>
    public long TotalRequests => SuccessfulRequests + FailedRequests + CancelledRequests + AbandonedRequests;

    /// <summary>Attempts that gave a complete answer.</summary>
    public long SuccessfulRequests { get; init; }

    /// <summary>Attempts that failed.</summary>
    public long FailedRequests { get; init; }

    /// <summary>Attempts the caller cancelled.</summary>
    public long CancelledRequests { get; init; }

    /// <summary>Streams the consumer left before their end.</summary>
    public long AbandonedRequests { get; init; }

    /// <summary>Successful ÷ (successful + failed), 0 to 1; 1 before the first.</summary>
    public double SuccessRate => SuccessfulRequests + FailedRequests is > 0 and var judged ? (double)SuccessfulRequests / judged : 1;

    /// <summary>The share of errors that count against health in <see cref="HealthOptions.Window"/> (60 s), 0 to 1; 0 when there
    /// was none.</summary>
    public double RecentErrorRate { get; init; }

    /// <summary>Mean duration of all attempts; zero before the first.</summary>
    public TimeSpan AverageLatency { get; init; }

    /// <summary>Mean duration of the last 100 attempts; zero before the first.</summary>
    public TimeSpan RollingAverageLatency { get; init; }

    /// <summary>Half of the last 1,000 attempts took at most this; zero before the first.</summary>
    public TimeSpan LatencyP50 { get; init; }

    /// <summary>95 % of the last 1,000 attempts took at most this.</summary>
    public TimeSpan LatencyP95 { get; init; }

    /// <summary>99 % of the last 1,000 attempts took at most this.</summary>
    public TimeSpan LatencyP99 { get; init; }

    /// <summary>Mean time to the first token of streamed attempts; <see langword="null"/> before the first.</summary>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>Prompt tokens of all attempts.</summary>
    public long TotalPromptTokens { get; init; }

    /// <summary>Completion tokens of all attempts.</summary>
    public long TotalCompletionTokens { get; init; }

    /// <summary>Prompt and completion tokens of all attempts.</summary>
    public long TotalTokens => TotalPromptTokens + TotalCompletionTokens;

    /// <summary>Cost of all attempts with a known price, in the currency of the router's table.</summary>
    public decimal TotalCost { get; init; }

    /// <summary>Attempts that used tokens whose price is unknown; they are not part of <see cref="TotalCost"/>.</summary>
    public long UnpricedRequests { get; init; }
}
