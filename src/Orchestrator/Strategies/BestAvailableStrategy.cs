namespace Orchestrator;

/// <summary>By status, then by load: expected time to the first token × (attempts running + 1).</summary>
/// <remarks>
/// A provider without a measured time gets the median of the others, so that it receives its share of calls and no stampede. Providers with
/// equal keys take turns by the call number: with a fixed order every call of an idle router would go to the same one.
/// </remarks>
internal sealed class BestAvailableStrategy : IRoutingStrategy
{
    public const string Name = "best-available";

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) =>
        new ByLoad(Ranking.ArrayOf(candidates), context.Sequence);

    /// <summary>
    /// Each step selects the smallest key (status, load, turn) above the one before. Turns are unique, so keys are too, and nothing has
    /// to be sorted or remembered for the calls, nearly all, that read only the first.
    /// </summary>
    private sealed class ByLoad(Candidate[] candidates, long sequence) : Ranking(candidates)
    {
        private ProviderHealth _health;
        private double _load = double.NaN;
        private int _turn;
        private double _coldTicks = double.NaN;

        protected override void Next()
        {
            var candidates = Candidates;
            var first = Count == 0;
            var index = StartOf(sequence, candidates.Length);
            var best = -1;
            var (bestHealth, bestLoad, bestTurn) = (default(ProviderHealth), 0d, 0);
            for (var turn = 0; turn < candidates.Length; turn++)
            {
                ref readonly var candidate = ref candidates[index];
                var (health, load) = (candidate.Health, LoadOf(in candidate));
                if ((first || IsAfterLast(health, load, turn))
                    && (best < 0 || health < bestHealth || (health == bestHealth && load < bestLoad)))
                {
                    best = index;
                    (bestHealth, bestLoad, bestTurn) = (health, load, turn);
                }

                if (++index == candidates.Length)
                    index = 0;
            }

            Index = best;
            (_health, _load, _turn) = (bestHealth, bestLoad, bestTurn);
        }

        protected override Ranking Fresh() => new ByLoad(Candidates, sequence);

        private bool IsAfterLast(ProviderHealth health, double load, int turn) =>
            health != _health ? health > _health : load != _load ? load > _load : turn > _turn;

        // In ticks: products of whole numbers are exact, so equal loads compare equal.
        private double LoadOf(ref readonly Candidate candidate) =>
            (candidate.TimeToFirstToken is { } time ? time.Ticks : ColdTicks()) * (candidate.InFlight + 1.0);

        private double ColdTicks() => double.IsNaN(_coldTicks) ? _coldTicks = MedianOfWarm(Candidates) : _coldTicks;

        // Without warm peers any number will do, if it is the same for all and not zero: then the fewest attempts running decide.
        private static double MedianOfWarm(Candidate[] candidates)
        {
            var warm = candidates.Length <= 64 ? stackalloc long[candidates.Length] : new long[candidates.Length];
            var count = 0;
            foreach (ref readonly var candidate in candidates.AsSpan())
            {
                if (candidate.TimeToFirstToken is { } time)
                    warm[count++] = time.Ticks;
            }

            if (count == 0)
                return 1;
            warm = warm[..count];
            warm.Sort();
            return (warm[(count - 1) / 2] + (double)warm[count / 2]) / 2;
        }
    }
}
