namespace Orchestrator;

/// <summary>The router's strategy, as its plans use it. Thread-safe.</summary>
/// <param name="strategy">The strategy.</param>
/// <param name="onFault">Told what the strategy throws: that costs its order, not the call.</param>
internal sealed class PlanStrategy(IRoutingStrategy strategy, Action<Exception> onFault)
{
    private readonly IFirstChoice? _firstChoice = strategy as IFirstChoice;

    /// <summary>The position of its first choice; below zero where it has to rank to know.</summary>
    public int FirstOf(CandidateState[] states, in RankContext context) => _firstChoice?.FirstOf(states, context) ?? -1;

    /// <summary>Its order over the providers of a plan.</summary>
    public IEnumerator<Candidate> Rank(RegisteredProvider[] providers, CandidateState[] states, in RankContext context)
    {
        var candidates = new Candidate[providers.Length];
        for (var i = 0; i < providers.Length; i++)
        {
            candidates[i] = new Candidate(providers[i].Info)
            {
                Plan = providers,
                Index = i,
                Options = providers[i].Options,
                Price = providers[i].Price,
                State = states[i],
            };
        }

        return strategy.Rank(candidates, context).GetEnumerator();
    }

    public void NoteFault(Exception error) => onFault(error);
}
