namespace Orchestrator;

/// <summary>The router's strategy, as its plans use it. Thread-safe.</summary>
/// <param name="strategy">The strategy.</param>
/// <param name="onFault">Told what the strategy throws: that costs its order, not the call.</param>
internal sealed class PlanStrategy(IRoutingStrategy strategy, Action<Exception> onFault)
{
    private readonly IFirstChoice? _firstChoice = strategy as IFirstChoice;

    /// <summary>The name of a built-in strategy; of any other that of its type.</summary>
    public string Name { get; } = RoutingStrategies.NameOf(strategy) ?? strategy.GetType().Name;

    /// <summary>The position of its first choice; below zero where it has to rank to know.</summary>
    public int FirstOf(CandidateState[] states, in RankContext context) => _firstChoice?.FirstOf(states, context) ?? -1;

    /// <summary>Its order over the providers of a plan.</summary>
    /// <param name="providers">The available providers.</param>
    /// <param name="states">Their states.</param>
    /// <param name="context">The call.</param>
    /// <param name="list">What marks the candidates of this list: <see cref="Candidate.List"/>.</param>
    public IEnumerator<Candidate> Rank(RegisteredProvider[] providers, CandidateState[] states, in RankContext context, out object list)
    {
        var candidates = new Candidate[providers.Length];
        list = candidates;
        for (var i = 0; i < providers.Length; i++)
        {
            candidates[i] = new Candidate(providers[i].Info)
            {
                List = candidates,
                Index = i,
                Options = providers[i].Options,
                Price = providers[i].Price,
                State = states[i],
            };
        }

        // The array itself could be cast back and written to.
        return strategy.Rank(Array.AsReadOnly(candidates), context).GetEnumerator();
    }

    public void NoteFault(Exception error) => onFault(error);
}
