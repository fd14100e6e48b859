namespace Orchestrator;

/// <summary>Rotates by the turn: every candidate is first equally often, and the next one in the list is the fallback.</summary>
internal sealed class RoundRobinStrategy : IRoutingStrategy, IFirstChoice
{
    public const string Name = "round-robin";

    public int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context) => Rotation.FirstOf(states, context);

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) => candidates.Count == 0
        ? []
        : Rotation.From(FirstOf([.. candidates.Select(candidate => candidate.State)], context), candidates);
}
