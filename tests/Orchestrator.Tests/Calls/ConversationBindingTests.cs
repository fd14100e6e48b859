using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A conversation belongs to the provider that gave its id.</summary>
public sealed class ConversationBindingTests
{
    [Theory]
    [BothModes("in the first update")]
    [BothModes("with the text")]
    [BothModes("in the last update")]
    [BothModes("in a whole answer")]
    public async Task An_id_that_came_in_an_answer_leads_to_the_provider_that_gave_it(string where, bool streamed)
    {
        await using var router = Three(where, out _);
        for (var i = 0; i < 4; i++)
        {
            var answer = await router.RunAsync(streamed);
            var name = answer.Route.Provider.Name;
            for (var round = 0; round < 3; round++)
            {
                var next = await router.RunAsync(streamed ^ (round == 1), options: new() { ConversationId = $"talk with {name}" });
                next.Route.Provider.Name.Should().Be(name);
            }

            answer.Text.Should().Be(name, "the turns of the free calls are not those of the conversations");
            name.Should().Be(new[] { "a", "b", "c", "a" }[i]);
        }
    }

    [Theory]
    [BothModes]
    public async Task It_does_not_fail_over_and_takes_the_error(bool streamed)
    {
        await using var router = Three("with the text", out var providers);
        await router.RunAsync(streamed);
        providers["a"].Fails = true;
        await router.FailAsync<LlmException>(streamed, new() { ConversationId = "talk with a" });
        (providers["b"].Calls, providers["c"].Calls).Should().Be((0, 0));
    }

    [Fact]
    public async Task A_stream_that_is_abandoned_after_the_id_came_has_given_it()
    {
        await using var router = Three("with the text", out _);
        await foreach (var update in router.RouteStreamAsync("hello"))
        {
            if (update.ConversationId is null)
                continue;
            // Known as soon as it is handed out, while the stream still runs.
            (await router.RunAsync(true, options: new() { ConversationId = update.ConversationId })).Text.Should().Be("a");
            break;
        }

        (await router.RunAsync(false, options: new() { ConversationId = "talk with a" })).Text.Should().Be("a");
    }

    [Theory]
    [BothModes]
    public async Task An_answer_that_was_not_handed_out_has_given_nothing(bool streamed)
    {
        await using var router = new Router(new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, Retry = RetryOptions.None })
            .AddProvider(new FakeProvider("a", (_, _) => CutAsync()))
            .AddProvider(FakeProvider.Answering("b", "b"));
        (await router.RunAsync(streamed)).Text.Should().Be("b");
        var error = await router.FailAsync<LlmException>(streamed, new() { ConversationId = "lost" });
        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);

        static async IAsyncEnumerable<ChatResponseUpdate> CutAsync()
        {
            yield return new ChatResponseUpdate { ConversationId = "lost" };
            await Task.CompletedTask;
            throw new LlmException(LlmErrorKind.ServerError, "down");
        }
    }

    [Theory]
    [BothModes]
    public async Task An_id_of_unknown_origin_needs_one_candidate(bool streamed)
    {
        await using var router = Three("with the text", out _);
        foreach (var id in new[] { "unknown", "" })
        {
            var error = await router.FailAsync<LlmException>(streamed, new() { ConversationId = id });
            error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
            error.Message.Should().Contain("ConversationId").And.Contain("ModelId").And.NotContain("unknown");
            (await router.RunAsync(streamed, options: new() { ConversationId = id, ModelId = "c" })).Text.Should().Be("c");
        }
    }

    [Theory]
    [BothModes]
    public async Task ModelId_is_stronger_than_the_conversation(bool streamed)
    {
        await using var router = Three("with the text", out _);
        await router.RunAsync(streamed);
        (await router.RunAsync(streamed, options: new() { ConversationId = "talk with a", ModelId = "b" })).Text.Should().Be("b");
        (await router.RunAsync(streamed, options: new() { ConversationId = "talk with a", ModelId = "ab" })).Text.Should().Be("a");
        var error = await router.FailAsync<LlmException>(streamed, new() { ConversationId = "talk with a", ModelId = "bc" });
        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Theory]
    [BothModes]
    public async Task It_stays_with_the_name_and_is_unknown_while_the_name_is_gone(bool streamed)
    {
        await using var router = Three("with the text", out _);
        await router.RunAsync(streamed);
        router.ReplaceProviders([new(FakeProvider.Answering("b", "b")), new(FakeProvider.Answering("a", "new a"))]);
        (await router.RunAsync(streamed, options: new() { ConversationId = "talk with a" })).Text.Should().Be("new a");
        router.RemoveProvider("a");
        router.AddProvider(FakeProvider.Answering("c", "c"));
        var error = await router.FailAsync<LlmException>(streamed, new() { ConversationId = "talk with a" });
        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        router.AddProvider(FakeProvider.Answering("a", "again a"));
        (await router.RunAsync(streamed, options: new() { ConversationId = "talk with a" })).Text.Should().Be("again a");
    }

    [Theory]
    [BothModes]
    public async Task A_token_that_came_in_an_answer_continues_it_at_the_provider_that_gave_it(bool streamed)
    {
        await using var router = new Router().AddProvider(Continued("a")).AddProvider(Continued("b"));
        for (var i = 0; i < 2; i++)
        {
            ResponseContinuationToken? token = null;
            if (streamed)
            {
                await foreach (var update in router.RouteStreamAsync("hello"))
                {
                    token = update.ContinuationToken;
                    break;
                }
            }
            else
            {
                token = (await router.RouteAsync("hello")).Response.ContinuationToken;
            }

            var stored = ResponseContinuationToken.FromBytes(token!.ToBytes().ToArray());
            foreach (var known in new[] { token, stored, token })
                (await router.RunAsync(streamed, options: new() { ContinuationToken = known })).Text.Should().Be("ab"[i].ToString());
        }

        var stranger = ResponseContinuationToken.FromBytes(new byte[] { 1 });
        (await router.FailAsync<LlmException>(streamed, new() { ContinuationToken = stranger })).Kind
            .Should().Be(LlmErrorKind.InvalidRequest);

        static FakeProvider Continued(string name) => new(name, (_, _) => Some.Updates(
            new ChatResponseUpdate(ChatRole.Assistant, name)
            {
                ContinuationToken = ResponseContinuationToken.FromBytes(System.Text.Encoding.UTF8.GetBytes($"token of {name}")),
            },
            Some.Finish()));
    }

    [Fact]
    public async Task Explain_shows_the_provider_of_the_conversation_alone()
    {
        await using var router = Three("with the text", out _);
        await router.RouteAsync("hello");
        var told = router.Explain(new LlmRequest("hello") { Options = new() { ConversationId = "talk with a" } });
        told.Candidates.Select(c => c.Provider).Should().Equal("a");
        told.Excluded.Select(e => (e.Provider, e.Reason))
            .Should().Equal(("b", ExclusionReason.NotSelected), ("c", ExclusionReason.NotSelected));
    }

    [Fact]
    public void Ten_thousand_ids_are_kept_and_those_not_used_for_longest_forgotten()
    {
        var handedOut = new HandedOut();
        for (var i = 0; i < HandedOut.Most + 10; i++)
        {
            handedOut.AddConversation($"{i}", "a");
            handedOut.ProviderOfConversation("0").Should().Be("a", "it is in use");
        }

        handedOut.ProviderOfConversation("10").Should().BeNull();
        handedOut.ProviderOfConversation("11").Should().Be("a");
        handedOut.AddConversation("11", "b");
        handedOut.ProviderOfConversation("11").Should().Be("b", "the last to give it has it");
    }

    [Fact]
    public void Long_ids_are_told_apart()
    {
        var handedOut = new HandedOut();
        for (var i = 0; i < 100; i++)
            handedOut.AddConversation(new string('x', 100_000) + i, "a");
        handedOut.ProviderOfConversation(new string('x', 100_000) + 7).Should().Be("a");
        handedOut.ProviderOfConversation(new string('x', 100_000) + 700).Should().BeNull();
    }

    private static Router Three(string where, out Dictionary<string, Talker> providers)
    {
        providers = "abc".ToDictionary(name => name.ToString(), name => new Talker(name.ToString(), where));
        return new Router(new RouterOptions { Retry = RetryOptions.None })
            .AddProvider(providers["a"], new() { Aliases = ["ab"] })
            .AddProvider(providers["b"], new() { Aliases = ["ab", "bc"] })
            .AddProvider(providers["c"], new() { Aliases = ["bc"] });
    }

    private sealed class Talker(string name, string where) : ILlmProvider
    {
        public ProviderInfo Info { get; } = new(name, "mock", $"{name}-model");

        public bool Fails { get; set; }

        public int Calls { get; private set; }

        public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
        {
            Calls++;
            if (Fails)
                return Some.Failure(new LlmException(LlmErrorKind.ServerError, "down"));
            var id = $"talk with {name}";
            if (where == "in a whole answer")
            {
                var whole = new ChatResponse(new ChatMessage(ChatRole.Assistant, name)) { ConversationId = id };
                return Some.Updates(new ChatResponseUpdate { RawRepresentation = whole });
            }

            var (first, text, last) = (new ChatResponseUpdate(), Some.Word(name), Some.Finish());
            (where == "in the first update" ? first : where == "with the text" ? text : last).ConversationId = id;
            return Some.Updates(first, text, last);
        }
    }
}
