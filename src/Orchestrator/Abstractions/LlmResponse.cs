using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>How a call was answered: by whom, for how much, and after which attempts. Immutable.</summary>
public record RouteResult
{
    /// <summary>Who answered.</summary>
    public required ProviderInfo Provider { get; init; }

    /// <summary>The tokens of the answering attempt.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>What the answering attempt cost, in <see cref="Currency"/>; <see langword="null"/> when the price is unknown.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Whether <see cref="Cost"/> is the vendor's own figure or comes from the prices.</summary>
    /// <value><see cref="CostSource.None"/> when the cost is unknown.</value>
    public CostSource CostSource { get; init; }

    /// <summary>The currency of <see cref="Cost"/>, such as <c>RUB</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>The time of the call as the caller saw it, without the time a consumer held updates.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Every attempt of the call, in order; the last one answered.</summary>
    public required IReadOnlyList<LlmAttempt> Attempts { get; init; }
}

/// <summary>A whole answer with the way it was routed. Immutable.</summary>
public sealed record LlmResponse : RouteResult
{
    /// <summary>The text of the answer.</summary>
    public string Text => Response.Text;

    /// <summary>The answer itself: messages, finish reason and usage. The provider's own object when it gave one
    /// and its usage needed no correction.</summary>
    public required ChatResponse Response { get; init; }

    /// <summary>The text of the answer.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
