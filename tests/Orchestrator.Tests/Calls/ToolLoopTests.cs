using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A tool loop stays with the provider that asked for the tool, while it is available.</summary>
public sealed class ToolLoopTests
{
    private readonly List<string> _asked = [];

    [Theory]
    [BothModes("call_0")]
    [BothModes("")]
    [BothModes(null)]
    public async Task FunctionInvokingChatClient_makes_all_rounds_of_a_question_at_one_provider(string? id, bool streamed)
    {
        await using var router = Routed(new(), Tooled("a", id, rounds: 3), Tooled("b", id, rounds: 3), Tooled("c", id, rounds: 3));
        using var client = new FunctionInvokingChatClient(router);
        for (var i = 0; i < 6; i++)
        {
            _asked.Clear();
            var name = "abc"[i % 3].ToString();
            (await client.AskAsync(streamed, Tools())).Should().EndWith($"{name} is done");
            _asked.Should().Equal(name, name, name, name);
        }
    }

    [Theory]
    [BothModes]
    public async Task Free_calls_keep_their_turns_when_tool_loops_come_between_them(bool streamed)
    {
        await using var router = Routed(new(), Tooled("a", null), Tooled("b", null), Tooled("c", null));
        using var client = new FunctionInvokingChatClient(router);
        var firsts = new List<string>();
        for (var i = 0; i < 300; i++)
        {
            _asked.Clear();
            await client.AskAsync(streamed, Tools());
            firsts.Add(_asked[0]);
        }

        firsts.CountBy(name => name).Should().HaveCount(3).And.OnlyContain(share => share.Value == 100);
    }

    [Theory]
    [BothModes]
    public async Task After_a_failover_in_between_the_loop_stays_with_the_next(bool streamed)
    {
        var a = Tooled("a", "call_0", rounds: 3);
        await using var router = Routed(new(), a, Tooled("b", "call_0", rounds: 3), Tooled("c", "call_0", rounds: 3));
        a.FailsFromRound = 2;
        using var client = new FunctionInvokingChatClient(router);
        await client.AskAsync(streamed, Tools());
        _asked.Take(3).Should().Equal("a", "a", "a");
        var next = _asked[3];
        _asked.Should().Equal("a", "a", "a", next, next);
    }

    [Theory]
    [BothModes("ejected")]
    [BothModes("excluded")]
    [BothModes("removed")]
    [BothModes("full")]
    public async Task While_it_is_not_available_the_others_are_asked(string why, bool streamed)
    {
        var a = Tooled("a", "x");
        var options = new RouterOptions { Health = new() { ConsecutiveFailures = 1 } };
        await using var router = Routed(options, a, Tooled("b", "y"), Tooled("c", "z"));
        var history = await FirstRoundAsync(router, streamed);
        var gate = new TaskCompletionSource();
        Task? holding = null;
        if (why == "removed")
        {
            router.RemoveProvider("a");
        }
        else if (why == "full")
        {
            a.Gate = gate.Task;
            holding = router.RouteAsync("hold", new ChatOptions { ModelId = "a" });
        }
        else
        {
            a.Failure = new(why == "ejected" ? LlmErrorKind.ServerError : LlmErrorKind.Authentication, "down");
            await router.FailAsync<LlmException>(streamed, new() { ModelId = "a" });
        }

        var others = new List<string>();
        for (var i = 0; i < 12; i++)
            others.Add(await NextAsync(router, history, streamed));
        others.Should().NotContain("a").And.Contain("b").And.Contain("c", "such calls are free, and take turns");
        gate.SetResult();
        await (holding ?? Task.CompletedTask);
    }

    [Theory]
    [BothModes]
    public async Task ModelId_and_conversation_are_stronger(bool streamed)
    {
        var c = Tooled("c", "z");
        c.Conversation = "talk with c";
        await using var router = Routed(new(), Tooled("a", "x"), Tooled("b", "y"), c);
        var history = await FirstRoundAsync(router, streamed);
        (await NextAsync(router, history, streamed, new() { ModelId = "b" })).Should().Be("b");
        await router.AskAsync(streamed, new() { ModelId = "c" });
        (await NextAsync(router, history, streamed, new() { ConversationId = "talk with c" })).Should().Be("c");
        (await NextAsync(router, history, streamed)).Should().Be("a");
    }

    [Theory]
    [BothModes]
    public async Task A_history_that_was_stored_is_known_by_its_ids_where_they_are_one_providers(bool streamed)
    {
        await using var router = Routed(new(), Tooled("a", "x"), Tooled("b", "same"), Tooled("c", "same"));
        for (var i = 0; i < 3; i++)
        {
            // The instances are other ones.
            var history = Stored(await FirstRoundAsync(router, streamed));
            var asked = new HashSet<string>();
            for (var round = 0; round < 6; round++)
                asked.Add(await NextAsync(router, history, streamed));
            if (i == 0)
                asked.Should().Equal("a");
            if (i == 2)
                asked.Should().HaveCount(3, "two providers have given that id, and the strategy chooses");
        }
    }

    [Theory]
    [BothModes("an answer after the results")]
    [BothModes("a question after the results")]
    [BothModes("calls of a stranger")]
    [BothModes("results without calls")]
    public async Task A_history_that_ends_otherwise_is_the_strategys(string history, bool streamed)
    {
        await using var router = Routed(new(), Tooled("a", "x"), Tooled("b", "y"), Tooled("c", "z"));
        var messages = await FirstRoundAsync(router, streamed);
        ChatMessage[] changed = history switch
        {
            "an answer after the results" => [.. messages, new(ChatRole.Assistant, "fine")],
            "a question after the results" => [.. messages, new(ChatRole.Assistant, "fine"), new(ChatRole.User, "more")],
            "calls of a stranger" =>
                [new(ChatRole.User, "hi"), new(ChatRole.Assistant, [new FunctionCallContent("who", "tool")]), messages[^1]],
            _ => [new(ChatRole.User, "hi"), messages[^1]],
        };
        var asked = new List<string>();
        for (var i = 0; i < 6; i++)
            asked.Add(await NextAsync(router, changed, streamed));
        asked.CountBy(name => name).Should().HaveCount(3).And.OnlyContain(share => share.Value == 2);
    }

    [Theory]
    [BothModes]
    public async Task The_last_turn_of_the_assistant_decides(bool streamed)
    {
        await using var router = Routed(new(), Tooled("a", "x"), Tooled("b", "y"), Tooled("c", "z"));
        var first = await FirstRoundAsync(router, streamed);
        var second = await FirstRoundAsync(router, streamed);
        (await NextAsync(router, [.. first, .. second], streamed)).Should().Be("b");
        (await NextAsync(router, [.. second, .. first], streamed)).Should().Be("a");
    }

    [Fact]
    public async Task Explain_shows_the_provider_of_the_loop_first_and_the_others_after_it()
    {
        await using var router = Routed(new(), Tooled("a", "x"), Tooled("b", "y"), Tooled("c", "z"));
        await FirstRoundAsync(router, streamed: false);
        var history = await FirstRoundAsync(router, streamed: false);
        for (var i = 0; i < 3; i++)
        {
            router.Explain(new LlmRequest(history)).Candidates.Select(c => c.Provider).Should().StartWith("b").And.HaveCount(3);
            await router.RouteAsync("hello");
        }
    }

    [Fact]
    public async Task It_comes_before_another_providers_trial()
    {
        var clock = new VirtualClock();
        var options = new RouterOptions { Health = new() { ConsecutiveFailures = 1 }, Retry = RetryOptions.None };
        var (a, b) = (Tooled("a", "x"), Tooled("b", "y"));
        await using var router = new Router(options, timeProvider: clock).AddProvider(a).AddProvider(b);
        var history = await FirstRoundAsync(router, streamed: false);
        b.Failure = new(LlmErrorKind.ServerError, "down");
        await router.FailAsync<LlmException>(streamed: false, new() { ModelId = "b" });
        clock.Advance(TimeSpan.FromSeconds(20));
        (await NextAsync(router, history, streamed: false)).Should().Be("a");
        _asked.Should().NotContain("b", "the trial is for a call that nothing binds");
    }

    [Fact]
    public void Messages_that_cannot_be_read_bind_to_none()
    {
        var handedOut = new HandedOut();
        handedOut.AddCall(new("x", "tool"), "a");
        handedOut.ProviderOfToolLoop([null!]).Should().BeNull();
        handedOut.ProviderOfToolLoop([]).Should().BeNull();
    }

    private Tooling Tooled(string name, string? id, int rounds = 1) => new(name, id, rounds, _asked);

    private static Router Routed(RouterOptions options, params Tooling[] providers)
    {
        options.Retry = RetryOptions.None;
        var router = new Router(options);
        foreach (var provider in providers)
            router.AddProvider(provider, new() { MaxConcurrency = 1 });
        return router;
    }

    private static ChatOptions Tools() => new() { Tools = [AIFunctionFactory.Create(() => "sunny", "tool")] };

    /// <summary>Asks, and gives the messages with the tool's results after them.</summary>
    private static async Task<ChatMessage[]> FirstRoundAsync(Router router, bool streamed)
    {
        IChatClient client = router;
        var answer = streamed
            ? await client.GetStreamingResponseAsync(Hello).ToChatResponseAsync()
            : await client.GetResponseAsync(Hello);
        var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>();
        return
        [
            .. Hello, .. answer.Messages,
            new(ChatRole.Tool, [.. calls.Select(c => new FunctionResultContent(c.CallId, "sunny"))]),
        ];
    }

    private static ChatMessage[] Stored(ChatMessage[] messages) => Array.ConvertAll(messages, message => new ChatMessage(
        message.Role,
        [.. message.Contents.Select(c => c is FunctionCallContent call ? new FunctionCallContent(call.CallId, call.Name) : c)]));

    private async Task<string> NextAsync(Router router, ChatMessage[] messages, bool streamed, ChatOptions? options = null)
    {
        _asked.Clear();
        await router.AskAsync(streamed, options, messages);
        return _asked[^1];
    }
}
