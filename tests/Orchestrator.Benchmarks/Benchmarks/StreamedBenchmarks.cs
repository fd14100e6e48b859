using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>A stream of 200 updates: the provider itself, the peer, the router.</summary>
public class StreamedBenchmarks
{
    private const int Updates = 200;
    private readonly LlmRequest _request = new("hello");
    private readonly ChatMessage[] _messages = [new(ChatRole.User, "hello")];
    private readonly InstantProvider _provider = InstantProvider.Streaming("direct", Updates);
    private readonly IChatClient _ordered = Peers.Ordered(3, Updates);
    private readonly Router _router = Routers.Streaming(3, Updates);

    [Benchmark(Baseline = true)]
    public Task ProviderItself() => Calls.DrainAsync(_provider, _request);

    [Benchmark]
    public Task OrderedFailover() => Calls.DrainAsync(_ordered.GetStreamingResponseAsync(_messages));

    [Benchmark]
    public Task Router() => Calls.DrainAsync(_router.RouteStreamAsync(_request));
}
