namespace Orchestrator;

/// <summary>One call as it ended: what its caller got, when, and for how much. Immutable; holds no prompt and no answer.</summary>
public sealed record LlmCall
{
    /// <summary>Its id: the <see cref="LlmAttempt.CallId"/> of its attempts.</summary>
    public Guid Id { get; init; }

    /// <summary>How it ended, as its caller saw it.</summary>
    public AttemptOutcome Outcome { get; init; }

    /// <summary>The name, model or alias that was asked for.</summary>
    /// <value><see langword="null"/>: none; the strategy chose among all.</value>
    public string? RequestedModel { get; init; }

    /// <summary>Whether its caller read a stream.</summary>
    public bool Streaming { get; init; }

    /// <summary>Who answered.</summary>
    /// <value><see langword="null"/>: no provider did.</value>
    public ProviderInfo? Provider => Attempts is [.., { Outcome: AttemptOutcome.Succeeded } last] ? last.Provider : null;

    /// <summary>Its attempts in order: the way it was routed. Empty when it ended before any.</summary>
    public required IReadOnlyList<LlmAttempt> Attempts { get; init; }

    /// <summary>What its caller was thrown, for a failed call.</summary>
    public LlmException? Error { get; init; }

    /// <summary>When it began, by the router's clock.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Its time as its caller saw it, without the time a consumer held updates.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The part of <see cref="Duration"/> that neither providers nor waits took.</summary>
    public TimeSpan Overhead { get; init; }

    /// <summary>The tokens of all its attempts.</summary>
    public long TotalTokens { get; init; }

    /// <summary>What all its attempts cost together, as far as it is known, in <see cref="Currency"/>.</summary>
    /// <value><see langword="null"/>: the cost of none is known.</value>
    public decimal? Cost { get; init; }

    /// <summary>How many of its attempts used tokens without a known price.</summary>
    public int UnpricedAttempts { get; init; }

    /// <summary>The part of tokens and cost that gave no answer.</summary>
    public Waste Wasted { get; init; }

    /// <summary>The currency of all costs, such as <c>RUB</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>The tags of the request.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}
