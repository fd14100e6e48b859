using Orchestrator;

namespace Quickstart;

/// <summary>What is compared: one row of the table, or what /metrics says of the same provider.</summary>
internal sealed record Totals(string Provider, long Requests, long Failed, long PromptTokens, long CompletionTokens, decimal Cost)
{
    public static IReadOnlyList<Totals> Of(Router router)
    {
        var metrics = router.GetMetrics();
        return [.. router.Providers.Select(provider => metrics[provider.Name]).Select(m =>
            new Totals(m.Provider, m.TotalRequests, m.FailedRequests, m.TotalPromptTokens, m.TotalCompletionTokens, m.TotalCost))];
    }
}
