namespace Orchestrator;

/// <summary>What a router has counted since it was made, over all providers, those removed too. Immutable.</summary>
public sealed record RouterTotals
{
    /// <summary>Calls that were answered.</summary>
    public long SucceededCalls { get; init; }

    /// <summary>Calls that ended with an error.</summary>
    public long FailedCalls { get; init; }

    /// <summary>Calls that their callers, or the router's disposal, cancelled.</summary>
    public long CancelledCalls { get; init; }

    /// <summary>Streams that were not read to their end.</summary>
    public long AbandonedCalls { get; init; }

    /// <summary>All calls that have ended.</summary>
    public long TotalCalls => SucceededCalls + FailedCalls + CancelledCalls + AbandonedCalls;

    /// <summary>Attempts made because an earlier one of the same call failed, at another provider or after a restart.</summary>
    public long Failovers { get; init; }

    /// <summary>Attempts at the provider that had just failed in the same call.</summary>
    public long Retries { get; init; }

    /// <summary>Attempts that have ended.</summary>
    public long TotalAttempts { get; init; }

    /// <summary>Tokens of all prompts.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens of all answers, reasoning included.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>The cost of all attempts with a known price, in <see cref="Currency"/>.</summary>
    public decimal Cost { get; init; }

    /// <summary>The currency of all costs, such as <c>RUB</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>Attempts that used tokens without a known price.</summary>
    public long UnpricedAttempts { get; init; }

    /// <summary>What attempts used that gave no answer, by cause; every cause is there.</summary>
    public required IReadOnlyDictionary<WasteCause, Waste> Wasted { get; init; }
}
