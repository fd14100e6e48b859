namespace Orchestrator;

/// <summary>By status, then by load: expected time to the first token × (attempts running + 1).</summary>
/// <remarks>
/// A provider without a measured time gets the median of the others, so that it receives its share of calls and no stampede. Providers with
/// equal keys take turns by the call number: with a fixed order every call of an idle router would go to the same one.
/// </remarks>
internal sealed class BestAvailableStrategy : IRoutingStrategy, IFirstChoice
{
    public const string Name = "best-available";

    public int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context)
    {
        var coldTicks = double.NaN;
        var index = Rotation.StartOf(context.Sequence, states.Length);
        var (best, bestHealth, bestLoad) = (-1, default(ProviderHealth), 0d);
        for (var turn = 0; turn < states.Length; turn++)
        {
            ref readonly var state = ref states[index];
            if (!state.IsWarm && double.IsNaN(coldTicks))
                coldTicks = MedianOfWarm(states);
            var load = state.LoadOr(coldTicks);
            if (best < 0 || state.Health < bestHealth || (state.Health == bestHealth && load < bestLoad))
                (best, bestHealth, bestLoad) = (index, state.Health, load);
            if (++index == states.Length)
                index = 0;
        }

        return best;
    }

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        var coldTicks = MedianOfWarm([.. candidates.Select(candidate => candidate.State)]);
        // The sort is stable: equals stay in their turns.
        return Rotation.Of(candidates, context.Sequence)
            .OrderBy(candidate => candidate.Health)
            .ThenBy(candidate => candidate.State.LoadOr(coldTicks));
    }

    // Without warm peers any number will do, if it is the same for all and not zero: then the fewest attempts running decide.
    private static double MedianOfWarm(ReadOnlySpan<CandidateState> states)
    {
        var warm = states.Length <= 16 ? stackalloc long[16] : new long[states.Length];
        var count = 0;
        foreach (ref readonly var state in states)
        {
            if (state.IsWarm)
                warm[count++] = state.FirstTokenTicks;
        }

        if (count == 0)
            return 1;
        if (count > 2)
            warm[..count].Sort();
        return (warm[(count - 1) / 2] + (double)warm[count / 2]) / 2;
    }
}
