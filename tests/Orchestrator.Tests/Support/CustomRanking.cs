namespace Orchestrator.Tests.Support;

/// <summary>A strategy that ranks as the test says, and may do something else on the way.</summary>
internal sealed class CustomRanking(Func<IReadOnlyList<Candidate>, IEnumerable<Candidate>> rank) : IRoutingStrategy
{
    /// <summary>Keeps the order, and acts while the first plan is made.</summary>
    public static CustomRanking Once(Action act)
    {
        var done = false;
        return new(candidates =>
        {
            if (!done)
            {
                done = true;
                act();
            }

            return candidates;
        });
    }

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) => rank(candidates);
}
