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
}
