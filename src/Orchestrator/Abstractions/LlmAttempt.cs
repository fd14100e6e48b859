namespace Orchestrator;

/// <summary>One attempt at one provider, as it ended: the record behind every number the router shows. Immutable.</summary>
public sealed record LlmAttempt
{
    /// <summary>The call it belongs to; the same for all its attempts.</summary>
    public Guid CallId { get; init; }

    /// <summary>Its place within the call, from 1.</summary>
    public int Number { get; init; }

    /// <summary>Why it was made.</summary>
    public AttemptRole Role { get; init; }

    /// <summary>The provider.</summary>
    public required ProviderInfo Provider { get; init; }

    /// <summary>How it ended.</summary>
    public AttemptOutcome Outcome { get; init; }

    /// <summary>Whether the provider was asked to stream.</summary>
    public bool Streaming { get; init; }

    /// <summary>The time the provider took, without the time a consumer held updates.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How long the call waited for a concurrency permit of this provider before; not part of <see cref="Duration"/>.</summary>
    public TimeSpan QueueTime { get; init; }

    /// <summary>Time to the first content; <see langword="null"/> when none came or the attempt was not streamed.</summary>
    public TimeSpan? TimeToFirstToken { get; init; }

    /// <summary>Its tokens, also of a cut, cancelled or abandoned stream.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Its cost in <see cref="Currency"/>; <see langword="null"/> when the price is unknown.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Whether <see cref="Cost"/> is the vendor's own figure or comes from the prices.</summary>
    /// <value><see cref="CostSource.None"/> when the cost is unknown.</value>
    public CostSource CostSource { get; init; }

    /// <summary>The currency of <see cref="Cost"/>, such as <c>RUB</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>What went wrong, for failed attempts.</summary>
    public LlmException? Error { get; init; }

    /// <summary>The tags of the request.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}
