namespace Orchestrator;

/// <summary>Rotates by the call number: every candidate is first equally often, and the next one in turn is the fallback.</summary>
internal sealed class RoundRobinStrategy : IRoutingStrategy
{
    public const string Name = "round-robin";

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
        new Rotation(Ranking.ArrayOf(candidates), context.Sequence);

    private sealed class Rotation(Candidate[] candidates, long sequence) : Ranking(candidates)
    {
        protected override void Next()
        {
            if (Count == 0)
                Index = StartOf(sequence, Candidates.Length);
            else if (++Index == Candidates.Length)
                Index = 0;
        }

        protected override Ranking Fresh() => new Rotation(Candidates, sequence);
    }
}
