namespace Orchestrator;

/// <summary>The order they were added in; those whose probe failed keep their order at the end.</summary>
internal sealed class FirstAvailableStrategy : IRoutingStrategy, IFirstChoice
{
    public const string Name = "first-available";

    public bool UsesHealthProbes => true;

    public int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context)
    {
        for (var i = 0; i < states.Length; i++)
        {
            if (states[i].IsReachable)
                return i;
        }

        return 0;
    }

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
        candidates.OrderBy(candidate => candidate.IsReachable ? 0 : 1);
}
