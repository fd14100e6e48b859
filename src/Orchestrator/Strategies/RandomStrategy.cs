namespace Orchestrator;

/// <summary>A uniformly random order for each call, drawn only as far as it is read.</summary>
internal sealed class RandomStrategy : IRoutingStrategy
{
    public const string Name = "random";

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
        new Shuffle(Ranking.ArrayOf(candidates), context.Random);

    /// <summary>Fisher–Yates, one step for each candidate read. Enumerating again shuffles anew.</summary>
    private sealed class Shuffle(Candidate[] candidates, Random random) : Ranking(candidates)
    {
        // Positions not handed out yet are [Count..); made at the second step, for most calls read only the first.
        private int[]? _order;

        protected override void Next()
        {
            var pick = random.Next(Count, Candidates.Length);
            if (Count == 0)
            {
                Index = pick;
                return;
            }

            var order = _order ??= FromFirst(Index);
            Index = order[pick];
            order[pick] = order[Count];
            order[Count] = Index;
        }

        protected override Ranking Fresh() => new Shuffle(Candidates, random);

        private int[] FromFirst(int first)
        {
            var order = new int[Candidates.Length];
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            (order[0], order[first]) = (order[first], order[0]);
            return order;
        }
    }
}
