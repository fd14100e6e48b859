namespace Orchestrator;

/// <summary>Adds up all that a router has counted.</summary>
internal static class TotalsReport
{
    /// <param name="calls">The totals of its calls.</param>
    /// <param name="providers">Its providers, with those that left.</param>
    /// <param name="now">The time, as a stamp.</param>
    /// <param name="currency">The currency of its prices.</param>
    public static RouterTotals Of(CallTotals calls, ProviderList providers, long now, string currency)
    {
        Span<long> outcomes = stackalloc long[4];
        var (failovers, retries) = calls.Read(outcomes, new(Buckets.Latency), new(Buckets.Overhead));
        var waste = calls.ReadWaste();
        var attempts = new List<ProviderMetrics>();
        providers.Visit(0, state => attempts.Add(state.Metrics(now)));
        return new RouterTotals
        {
            SucceededCalls = outcomes[(int)AttemptOutcome.Succeeded],
            FailedCalls = outcomes[(int)AttemptOutcome.Failed],
            CancelledCalls = outcomes[(int)AttemptOutcome.Cancelled],
            AbandonedCalls = outcomes[(int)AttemptOutcome.Abandoned],
            Failovers = failovers,
            Retries = retries,
            TotalAttempts = attempts.Sum(m => m.TotalRequests),
            PromptTokens = attempts.Sum(m => m.TotalPromptTokens),
            CompletionTokens = attempts.Sum(m => m.TotalCompletionTokens),
            Cost = attempts.Sum(m => m.TotalCost),
            Currency = currency,
            UnpricedAttempts = attempts.Sum(m => m.UnpricedRequests),
            Wasted = Enum.GetValues<WasteCause>().ToDictionary(cause => cause, cause => waste[(int)cause]),
        };
    }
}
