namespace Orchestrator;

/// <summary>A uniformly random order for each call, drawn only as far as it is read.</summary>
internal sealed class RandomStrategy : IRoutingStrategy, IFirstChoice
{
    public const string Name = "random";

    // The router leaves this one out of the order that it asks for next: what is left of a uniform order is uniform.
    public int FirstOf(ReadOnlySpan<CandidateState> states, in RankContext context) => context.Random.Next(0, states.Length);

    /// <summary>Fisher–Yates, one step for each candidate read. Enumerating again shuffles anew.</summary>
    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        Candidate[] order = [.. candidates];
        for (var i = 0; i < order.Length; i++)
        {
            var pick = context.Random.Next(i, order.Length);
            (order[i], order[pick]) = (order[pick], order[i]);
            yield return order[i];
        }
    }
}
