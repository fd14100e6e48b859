using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Whose turn a call is: a turn belongs to the candidates that the request alone selects, and only free calls take one.</summary>
public sealed class CallTurnsTests
{
    private const int Calls = 300;
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes(RoutingStrategy.RoundRobin, "a pinned call")]
    [BothModes(RoutingStrategy.RoundRobin, "a call with two candidates")]
    [BothModes(RoutingStrategy.RoundRobin, "a call for images")]
    [BothModes(RoutingStrategy.RoundRobin, "an explanation")]
    [BothModes(RoutingStrategy.RoundRobin, "a call of a conversation")]
    [BothModes(RoutingStrategy.RoundRobin, "an invalid call")]
    [BothModes(RoutingStrategy.BestAvailable, "a pinned call")]
    [BothModes(RoutingStrategy.BestAvailable, "a call with two candidates")]
    public async Task Free_calls_are_shared_alike_whatever_comes_between_them(RoutingStrategy strategy, string between, bool streamed)
    {
        await using var router = ThreeProviders(strategy, streamed);
        var firsts = new List<string>();
        for (var i = 0; i < Calls; i++)
        {
            firsts.Add((await router.RunAsync(streamed)).Route.Provider.Name);
            await MakeAsync(router, between, streamed);
        }

        SharesOf(firsts).Should().BeEquivalentTo(new Dictionary<string, int> { ["a"] = Calls / 3, ["b"] = Calls / 3, ["c"] = Calls / 3 });
    }

    [Theory]
    [BothModes]
    public async Task A_call_among_a_subset_has_the_turns_of_the_subset(bool streamed)
    {
        await using var router = ThreeProviders(RoutingStrategy.RoundRobin, streamed);
        var firsts = new List<string>();
        for (var i = 0; i < Calls; i++)
        {
            await router.RunAsync(streamed);
            firsts.Add((await router.RunAsync(streamed, options: new() { ModelId = "two" })).Route.Provider.Name);
        }

        SharesOf(firsts).Should().BeEquivalentTo(new Dictionary<string, int> { ["a"] = Calls / 2, ["b"] = Calls / 2 });
    }

    [Theory]
    [BothModes]
    public async Task A_strategy_of_your_own_sees_the_turn(bool streamed)
    {
        var turns = new List<long>();
        await using var router = ThreeProviders(new SeenTurns(turns));
        foreach (var modelId in new[] { null, "a", null, "two", "a", "two", null })
            await router.RunAsync(streamed, options: new() { ModelId = modelId });
        router.Explain(new LlmRequest("hello"));
        await router.RunAsync(streamed);
        turns.Should().Equal([0, 0, 1, 0, 0, 1, 2, 3, 3], "the free calls number 0 to 3, those of two candidates 0 and 1, Explain looks");
    }

    [Theory]
    [BothModes]
    public async Task A_list_of_the_same_names_goes_on_and_one_of_others_begins_anew(bool streamed)
    {
        var turns = new List<long>();
        await using var router = ThreeProviders(new SeenTurns(turns));
        await router.RunAsync(streamed);
        await router.RunAsync(streamed);
        router.ReplaceProviders([new(Named("c")), new(Named("a")), new(Named("b"))]);
        await router.RunAsync(streamed);
        router.RemoveProvider("c");
        await router.RunAsync(streamed);
        router.AddProvider(Named("c"));
        await router.RunAsync(streamed);
        turns.Should().Equal(0, 1, 2, 0, 3);
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_plans_anew_keeps_its_turn(bool streamed)
    {
        var turns = new List<long>();
        Router router = null!;
        var a = new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([new(Named("a")), new(Named("b")), new(Named("c"))]);
            return Some.Failure(new LlmException(LlmErrorKind.ServerError, "down"));
        });
        router = new Router(new RouterOptions { CustomStrategy = new SeenTurns(turns), Retry = RetryOptions.None });
        router.AddProvider(a).AddProvider(Named("b")).AddProvider(Named("c"));
        (await router.RunAsync(streamed)).Text.Should().Be("b");
        await router.RunAsync(streamed);
        turns.Should().Equal([0, 0, 1], "the first call has planned twice");
        await router.DisposeAsync();
    }

    [Theory]
    [BothModes(RoutingStrategy.RoundRobin)]
    [BothModes(RoutingStrategy.BestAvailable)]
    public async Task While_one_is_out_the_others_get_the_same_and_so_do_all_when_it_is_back(RoutingStrategy strategy, bool streamed)
    {
        var clock = new VirtualClock();
        await using var router = new Router(new RouterOptions { Strategy = strategy }, timeProvider: clock);
        foreach (var down in new[] { "a", "b", "c" })
        {
            router.ReplaceProviders("abc".Select(name => new ProviderRegistration(
                name.ToString() == down ? FakeProvider.Failing(down, LlmErrorKind.Authentication) : Named(name.ToString()))));
            await router.FailAsync<LlmException>(streamed, new() { ModelId = down });
            var firsts = new List<string>();
            for (var i = 0; i < Calls; i++)
                firsts.Add((await router.RunAsync(streamed)).Route.Provider.Name);
            firsts.Should().NotContain(down);
            SharesOf(firsts).Should().HaveCount(2).And.OnlyContain(share => Math.Abs(share.Value - Calls / 2) <= Calls / 50);
            router.ReplaceProviders("abc".Select(name => new ProviderRegistration(Named(name.ToString()))));
            firsts.Clear();
            for (var i = 0; i < Calls; i++)
                firsts.Add((await router.RunAsync(streamed)).Route.Provider.Name);
            SharesOf(firsts).Should().OnlyContain(share => share.Value == Calls / 3);
        }
    }

    private static async Task MakeAsync(Router router, string what, bool streamed)
    {
        switch (what)
        {
            case "a pinned call":
                await router.RunAsync(streamed, options: new() { ModelId = "a" });
                await router.RunAsync(streamed, options: new() { ModelId = "a" });
                break;
            case "a call with two candidates":
                await router.RunAsync(streamed, options: new() { ModelId = "two" });
                break;
            case "a call for images":
                var image = new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]);
                await router.AskAsync(streamed, messages: [image]);
                break;
            case "an explanation":
                router.Explain(new LlmRequest("hello"));
                break;
            case "a call of a conversation":
                await router.RunAsync(streamed, options: new() { ConversationId = "talk with a" });
                break;
            default:
                await router.FailAsync<LlmException>(streamed, new() { ConversationId = "unknown" });
                break;
        }
    }

    private static Dictionary<string, int> SharesOf(IEnumerable<string> names) => names.CountBy(name => name).ToDictionary();

    private Router ThreeProviders(IRoutingStrategy strategy) =>
        new Router(new RouterOptions { CustomStrategy = strategy, Observers = { _log } })
            .AddProvider(Named("a"), new() { Aliases = ["two"] })
            .AddProvider(Named("b"), new() { Aliases = ["two"] })
            .AddProvider(Named("c"));

    private Router ThreeProviders(RoutingStrategy strategy, bool streamed)
    {
        // The clock stands still: every time is the same, and only turns decide.
        var router = new Router(new RouterOptions { Strategy = strategy, Observers = { _log } }, timeProvider: new VirtualClock())
            .AddProvider(Named("a"), new() { Aliases = ["two"] })
            .AddProvider(Named("b"), new() { Aliases = ["two"] })
            .AddProvider(Named("c", ProviderCapabilities.All & ~ProviderCapabilities.Images));
        router.AskAsync(streamed, new() { ModelId = "a" }).GetAwaiter().GetResult();
        return router;
    }

    private static FakeProvider Named(string name, ProviderCapabilities capabilities = ProviderCapabilities.All) =>
        new(name, (_, _) => Some.Updates(
            new ChatResponseUpdate(ChatRole.Assistant, name) { ConversationId = $"talk with {name}" }, Some.Finish()))
        {
            Info = new(name, "mock", $"{name}-model") { Capabilities = capabilities },
        };

    private sealed class SeenTurns(List<long> turns) : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
        {
            turns.Add(context.Sequence);
            return candidates;
        }
    }
}
