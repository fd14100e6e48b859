namespace Orchestrator.Benchmarks;

/// <summary>A strategy without a router: warm candidates of different speeds, the first one taken.</summary>
internal sealed class Rankings(RoutingStrategy strategy, int count)
{
    private static readonly LlmRequest Request = new("hello");

    private readonly IRoutingStrategy _strategy = RoutingStrategies.Create(strategy);
    private readonly Candidate[] _candidates = Enumerable.Range(0, count)
        .Select(i => new Candidate(new ProviderInfo($"provider-{i}", "gigachat", "GigaChat-2"))
        {
            TimeToFirstToken = TimeSpan.FromMilliseconds(100 + i * 7 % 5),
            InFlight = i % 3,
        })
        .ToArray();

    private long _sequence;

    public Candidate First()
    {
        using var order = _strategy.Rank(_candidates, new RankContext(Request, _sequence++, Random.Shared)).GetEnumerator();
        order.MoveNext();
        return order.Current;
    }
}
