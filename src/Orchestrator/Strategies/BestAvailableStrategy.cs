namespace Orchestrator;

/// <summary>By status, then by load: expected time × (attempts running + 1).</summary>
/// <remarks>
/// A provider without a measured time gets the median of the others, so that it receives its share of calls and no stampede. Providers with
/// equal keys take turns: with a fixed order every call of an idle router would go to the same one.
/// </remarks>
internal sealed class BestAvailableStrategy : IRoutingStrategy, IFirstChoice
{
    public const string Name = "best-available";

    public int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context)
    {
        var coldTicks = double.NaN;
        var owner = Rotation.OwnerOf(context, states.Length);
        var (best, bestHealth, bestLoad) = (-1, default(ProviderHealth), 0d);
        var (equals, ownerIsBest) = (0, false);
        for (var i = 0; i < states.Length; i++)
        {
            ref readonly var state = ref states[i];
            if (!state.IsWarm && double.IsNaN(coldTicks))
                coldTicks = MedianOfWarm(states);
            var load = state.LoadOr(coldTicks);
            var isOwner = (context.Among == 0 ? i : state.Position) == owner;
            if (best < 0 || state.Health < bestHealth || (state.Health == bestHealth && load < bestLoad))
                (best, bestHealth, bestLoad, equals, ownerIsBest) = (i, state.Health, load, 1, isOwner);
            else if (state.Health == bestHealth && load.Equals(bestLoad))
            {
                equals++;
                if (isOwner)
                    (best, ownerIsBest) = (i, true);
            }
        }

        if (equals <= 1 || ownerIsBest)
            return best;
        // The turn is that of a worse one: it goes to one of the equals.
        var skip = Rotation.ShareOf(context, states.Length, equals);
        while (states[best].Health != bestHealth || !states[best].LoadOr(coldTicks).Equals(bestLoad) || skip-- > 0)
            best++;
        return best;
    }

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        if (candidates.Count == 0)
            return [];
        CandidateState[] states = [.. candidates.Select(candidate => candidate.State)];
        var coldTicks = MedianOfWarm(states);
        // The sort is stable: of the best equals the one whose turn it is stays first.
        return Rotation.From(FirstOf(states, context), candidates)
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
