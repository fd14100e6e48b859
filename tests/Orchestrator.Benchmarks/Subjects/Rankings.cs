namespace Orchestrator.Benchmarks;

/// <summary>The first choice of a strategy without a router: warm candidates of different speeds.</summary>
internal sealed class Rankings(RoutingStrategy strategy, int count)
{
    private static readonly LlmRequest Request = new("hello");

    private readonly IFirstChoice _strategy = (IFirstChoice)RoutingStrategies.Create(strategy);
    private readonly CandidateState[] _states = Enumerable.Range(0, count)
        .Select(i => new CandidateState(TimeSpan.FromMilliseconds(100 + i * 7 % 5).Ticks, i % 3, ProviderHealth.Healthy, IsReachable: true))
        .ToArray();

    private long _sequence;

    public int First() => _strategy.FirstOf(_states, new RankContext(Request, _sequence++, Random.Shared));
}
