using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Makes the result of a call from the record of the attempt that succeeded.</summary>
internal static class CallResult
{
    /// <param name="record">The last attempt.</param>
    /// <param name="made">All attempts.</param>
    /// <param name="latency">The call's time without its consumer's.</param>
    /// <param name="response">The answer of a buffered call; null for a stream.</param>
    public static RouteResult Of(LlmAttempt record, IReadOnlyList<LlmAttempt> made, TimeSpan latency, ChatResponse? response) =>
        response is null
        ? new RouteResult
        {
            Provider = record.Provider,
            Usage = record.Usage,
            Cost = record.Cost,
            CostSource = record.CostSource,
            Currency = record.Currency,
            Latency = latency,
            Attempts = made,
        }
        : new LlmResponse
        {
            Provider = record.Provider,
            Usage = record.Usage,
            Cost = record.Cost,
            CostSource = record.CostSource,
            Currency = record.Currency,
            Latency = latency,
            Attempts = made,
            Response = response,
        };

    /// <summary>What a call counts as.</summary>
    /// <param name="outcome">What is known of it.</param>
    /// <param name="isPaused">Whether its consumer has left with an update in hand.</param>
    /// <param name="last">Its last attempt; null for none.</param>
    public static AttemptOutcome OutcomeOf(AttemptOutcome outcome, bool isPaused, LlmAttempt? last)
    {
        if (isPaused && outcome == AttemptOutcome.Failed)
            outcome = AttemptOutcome.Abandoned;
        // A consumer that disposes after the completion mark had a whole answer; one that has cancelled before has cancelled.
        return outcome == AttemptOutcome.Abandoned && last is { Outcome: AttemptOutcome.Succeeded or AttemptOutcome.Cancelled }
            ? last.Outcome
            : outcome;
    }
}
