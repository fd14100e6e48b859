using Orchestrator;

namespace MyApp;

public sealed class CheapestFirst : IRoutingStrategy
{
    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
        candidates
            .OrderBy(c => c.Health)
            .ThenBy(c => c.Price is { } price ? price.PromptPer1K + price.CompletionPer1K : decimal.MaxValue)
            .ThenBy(c => c.InFlight);
}
