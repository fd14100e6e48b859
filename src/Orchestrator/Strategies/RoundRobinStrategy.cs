namespace Orchestrator;

/// <summary>Rotates by the call number: every candidate is first equally often, and the next one in turn is the fallback.</summary>
internal sealed class RoundRobinStrategy : IRoutingStrategy, IFirstChoice
{
    public const string Name = "round-robin";

    public int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context) => Rotation.StartOf(context.Sequence, states.Length);

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
        Rotation.Of(candidates, context.Sequence);
}
