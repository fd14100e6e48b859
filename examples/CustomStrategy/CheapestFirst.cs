using Orchestrator;

namespace CustomStrategy;

/// <summary>The cheapest of the healthy providers first, then of those that fail now and then; without a price last.</summary>
/// <remarks>Ranks only: which providers are available, and when the next one is tried, is the router's business.</remarks>
internal sealed class CheapestFirst : IRoutingStrategy
{
    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) => candidates
        .OrderBy(candidate => candidate.Health)
        .ThenBy(candidate => candidate.Price is { } price ? price.PromptPer1K + price.CompletionPer1K : decimal.MaxValue)
        .ThenBy(candidate => candidate.Load ?? 0);
}
