using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>A buffered call: the provider itself, the peers, the router.</summary>
public class BufferedBenchmarks
{
    private readonly LlmRequest _request = new("hello");
    private readonly ChatMessage[] _messages = [new(ChatRole.User, "hello")];
    private readonly InstantProvider _provider = InstantProvider.Whole("direct");
    private readonly InstantClient _client = new();
    private IChatClient _ordered = null!;
    private IChatClient _spans = null!;
    private IChatClient _meters = null!;
    private Router _router = null!;
    private Router _parts = null!;

    [Params(1, 3, 10)]
    public int Providers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _ordered = Peers.Ordered(Providers);
        _spans = Peers.OrderedWithSpans(Providers);
        _meters = Peers.OrderedWithSpansAndMeters(Providers);
        _router = Routers.Whole(Providers);
        _parts = Routers.Parts(Providers);
    }

    [Benchmark(Baseline = true)]
    public Task ProviderItself() => Calls.DrainAsync(_provider, _request);

    [Benchmark]
    public Task<ChatResponse> ClientItself() => _client.GetResponseAsync(_messages);

    [Benchmark]
    public Task<ChatResponse> OrderedFailover() => _ordered.GetResponseAsync(_messages);

    [Benchmark]
    public Task<ChatResponse> OrderedFailoverWithSpans() => _spans.GetResponseAsync(_messages);

    [Benchmark]
    public Task<ChatResponse> OrderedFailoverWithSpansAndMeters() => _meters.GetResponseAsync(_messages);

    [Benchmark]
    public Task<LlmResponse> RouterRequest() => _router.RouteAsync(_request);

    [Benchmark]
    public Task<LlmResponse> RouterString() => _router.RouteAsync("hello");

    [Benchmark]
    public Task<LlmResponse> RouterRequestInParts() => _parts.RouteAsync(_request);
}

/// <summary>A buffered call by strategy.</summary>
public class StrategyBenchmarks
{
    private readonly LlmRequest _request = new("hello");
    private Router _router = null!;

    [Params(1, 3, 10)]
    public int Providers { get; set; }

    [ParamsAllValues]
    public RoutingStrategy Strategy { get; set; }

    [GlobalSetup]
    public void Setup() => _router = Routers.Whole(Providers, Strategy);

    [Benchmark]
    public Task<LlmResponse> Router() => _router.RouteAsync(_request);
}

/// <summary>A strategy alone.</summary>
public class RankingBenchmarks
{
    private Rankings _rankings = null!;

    [Params(3, 10)]
    public int Candidates { get; set; }

    [ParamsAllValues]
    public RoutingStrategy Strategy { get; set; }

    [GlobalSetup]
    public void Setup() => _rankings = new Rankings(Strategy, Candidates);

    [Benchmark]
    public int First() => _rankings.First();
}
