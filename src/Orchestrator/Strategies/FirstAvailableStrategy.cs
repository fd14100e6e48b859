namespace Orchestrator;

/// <summary>The order they were added in; those whose probe failed keep their order at the end.</summary>
internal sealed class FirstAvailableStrategy : IRoutingStrategy
{
    public const string Name = "first-available";

    public bool UsesHealthProbes => true;

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
        new InOrder(Ranking.ArrayOf(candidates));

    private sealed class InOrder(Candidate[] candidates) : Ranking(candidates)
    {
        private int _next;
        private bool _unreachable;

        protected override void Next()
        {
            // Some are left, so this ends: at the latest in the second round, which takes those the first one passed over.
            while (true)
            {
                for (; _next < Candidates.Length; _next++)
                {
                    if (Candidates[_next].IsReachable != _unreachable)
                    {
                        Index = _next++;
                        return;
                    }
                }

                _unreachable = true;
                _next = 0;
            }
        }

        protected override Ranking Fresh() => new InOrder(Candidates);
    }
}
