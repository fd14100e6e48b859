using Orchestrator.Tests.Stress;

namespace Orchestrator.Soak;

/// <summary>Writes every attempt down with its call, and throws now and then when it has.</summary>
internal sealed class SoakObserver : IUsageObserver
{
    public void OnAttempt(LlmAttempt attempt)
    {
        var call = (SoakCall)attempt.Tags!;
        call.Told.Add(attempt);
        if (call.Id % 1009 == 0)
            throw new InvalidOperationException("scripted: an observer that throws");
    }
}

/// <summary>Round-robin that now and then throws, names a provider twice or none at all.</summary>
internal sealed class SoakStrategy(long seed) : IRoutingStrategy
{
    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        var dice = new Dice(seed, context.Sequence, 7);
        if (dice.Percent(0.05))
            throw new InvalidOperationException("scripted: a strategy that throws");
        return Ranked(candidates, (int)(context.Sequence % candidates.Count), dice.Percent(0.1), dice.Percent(0.05));
    }

    private static IEnumerable<Candidate> Ranked(IReadOnlyList<Candidate> candidates, int first, bool repeats, bool throws)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            yield return candidates[(first + i) % candidates.Count];
            if (repeats)
                yield return candidates[first];
            if (throws)
                throw new InvalidOperationException("scripted: a strategy that throws half-way");
        }
    }
}
