using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>Best-available compares first tokens with first tokens and whole answers with whole answers.</summary>
public sealed class LikeWithLikeTests
{
    private readonly VirtualClock _clock = new();

    [Fact]
    public async Task Streams_go_by_first_tokens_and_buffered_calls_by_whole_answers()
    {
        // The one begins twelve times sooner, the other has ended twice as soon.
        await using var router = Two(new(100, 3900), new(1200, 800));
        await TeachAsync(router, streamed: false);
        await TeachAsync(router, streamed: true);
        for (var i = 0; i < 10; i++)
        {
            Choice(router, streamed: true).Should().Be("one");
            Choice(router, streamed: false).Should().Be("other");
        }
    }

    [Theory]
    [BothModes]
    public async Task What_calls_of_the_other_kind_have_taught_counts_for_nothing(bool streamed)
    {
        await using var router = Two(new(100, 3900), new(1200, 800));
        await TeachAsync(router, !streamed);
        var told = router.Explain(new LlmRequest("hello") { Streaming = streamed });
        told.Candidates.Should().OnlyContain(c => c.TimeToFirstToken == null, "both are cold");
        var firsts = new List<string>();
        for (var i = 0; i < 2; i++)
            firsts.Add((await router.RunAsync(streamed)).Route.Provider.Name);
        firsts.Should().BeEquivalentTo("one", "other");
    }

    [Fact]
    public async Task Buffered_calls_that_all_providers_would_stream_go_by_first_tokens()
    {
        await using var router = Two(new(100, 3900) { Streams = true }, new(1200, 800) { Streams = true });
        await TeachAsync(router, streamed: false);
        Choice(router, streamed: false).Should().Be("one");
        Choice(router, streamed: true).Should().Be("one", "a buffered call has taught their first tokens");
    }

    [Fact]
    public async Task Where_only_one_provider_would_stream_buffered_calls_go_by_whole_answers()
    {
        await using var router = Two(new(100, 3900) { Streams = true }, new(1200, 800));
        await TeachAsync(router, streamed: false);
        Choice(router, streamed: false).Should().Be("other", "a first token is no match for a whole answer");
    }

    [Fact]
    public async Task A_buffered_call_that_asks_for_streaming_goes_by_first_tokens()
    {
        await using var router = Two(new(100, 3900), new(1200, 800));
        foreach (var name in new[] { "one", "other" })
            await router.RouteAsync(new LlmRequest("hello") { Streaming = true, Options = new() { ModelId = name } });
        (await router.RouteAsync(new LlmRequest("hello") { Streaming = true })).Provider.Name.Should().Be("one");
        Choice(router, streamed: false).Should().Be("other");
    }

    private Router Two(Speed one, Speed other) => new Router(RouterOf(), timeProvider: _clock)
        .AddProvider(ProviderOf("one", one)).AddProvider(ProviderOf("other", other));

    private static RouterOptions RouterOf() => new() { Strategy = RoutingStrategy.BestAvailable };

    private Script ProviderOf(string name, Speed speed) => new(name, _clock, _clock.Advance)
    {
        Info = new(name, "mock", "m") { PrefersStreaming = speed.Streams },
        BeforeFirst = TimeSpan.FromMilliseconds(speed.First),
        AfterFirst = TimeSpan.FromMilliseconds(speed.Rest),
    };

    private static async Task TeachAsync(Router router, bool streamed)
    {
        foreach (var name in new[] { "one", "other" })
            await router.RunAsync(streamed, options: new() { ModelId = name });
    }

    private static string Choice(Router router, bool streamed) =>
        router.Explain(new LlmRequest("hello") { Streaming = streamed }).Candidates[0].Provider;

    private sealed record Speed(int First, int Rest)
    {
        public bool Streams { get; init; }
    }
}
