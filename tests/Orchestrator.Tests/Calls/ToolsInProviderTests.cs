using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A tool that ran inside a provider does not run a second time, whatever fails after it.</summary>
public sealed partial class ToolsInProviderTests
{
    private int _charged;

    public static TheoryData<string, bool, string> Failures()
    {
        var data = new TheoryData<string, bool, string>();
        foreach (var mode in new[] { "buffered", "streamed", "restart" })
        {
            foreach (var failure in new[] { "503", "429", "network", "cut" })
            {
                data.Add(mode, true, failure);
                data.Add(mode, false, failure);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_of_the_second_round_neither_fails_over_nor_retries(string mode, bool wrapped, string failure)
    {
        var log = new AttemptLog();
        var options = new RouterOptions
        {
            Observers = { log },
            Retry = new() { MinDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero },
            MidStream = mode == "restart" ? MidStreamMode.Restart : MidStreamMode.Throw
        };
        await using var router = InOrder(options, Shop("a", wrapped, failure), Shop("b", wrapped, null));
        var call = async () => await router.RunAsync(mode != "buffered", options: Tools());
        var error = (await call.Should().ThrowAsync<LlmException>()).Which;

        _charged.Should().Be(1);
        error.Kind.Should().NotBe(LlmErrorKind.Unknown);
        log.Attempts.Should().ContainSingle().Which.Usage
            .Should().Match<TokenUsage>(u => u.PromptTokens == 10 && u.CompletionTokens == 5, "the first round was paid for");
    }

    [Theory]
    [BothModes]
    public async Task The_usage_of_all_rounds_adds_up(bool streamed)
    {
        await using var router = InOrder(null, Shop("a", wrapped: true, null));
        var (text, route) = await router.RunAsync(streamed, options: Tools());
        text.Should().Contain("charged");
        (route.Usage.PromptTokens, route.Usage.CompletionTokens, _charged).Should().Be((20, 10, 1));
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_runs_out_of_time_while_a_tool_runs_goes_nowhere_else(bool streamed)
    {
        var tool = new TaskCompletionSource<string>();
        async Task<string> Charge()
        {
            _charged++;
            return await tool.Task;
        }

        await using var router = InOrder(new()
        {
            Timeouts = new() { Attempt = TimeSpan.FromMilliseconds(300), Idle = TimeSpan.FromMilliseconds(300) }
        }, Shop("a", true, null), Shop("b", true, null));
        var error = await router.FailAsync<LlmException>(
            streamed, new ChatOptions { Tools = [AIFunctionFactory.Create(Charge, "charge")] });
        (error.Kind, _charged).Should().Be((LlmErrorKind.Timeout, 1));
        tool.SetResult("late");
    }

    [Theory]
    [BothModes]
    public async Task A_tool_that_throws_does_not_run_at_the_next_provider(bool streamed)
    {
        string Charge()
        {
            _charged++;
            throw new InvalidOperationException("the card reader is broken");
        }

        await using var router = InOrder(null, Shop("a", true, null, maximumErrors: 0), Shop("b", true, null, maximumErrors: 0));
        await router.FailAsync<LlmException>(streamed, new ChatOptions { Tools = [AIFunctionFactory.Create(Charge, "charge")] });
        _charged.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_awaits_approval_is_an_answer_and_an_approved_one_runs_once(bool streamed)
    {
        var options = new ChatOptions { Tools = [new ApprovalRequiredAIFunction(AIFunctionFactory.Create(Charge, "charge"))] };
        await using var router = InOrder(null, Shop("a", true, "503"), Shop("b", true, null));
        var response = streamed
            ? await ((IChatClient)router).GetStreamingResponseAsync(Hello, options).ToChatResponseAsync()
            : await ((IChatClient)router).GetResponseAsync(Hello, options);
        var asked = response.Messages.SelectMany(m => m.Contents).OfType<ToolApprovalRequestContent>().Single();
        _charged.Should().Be(0);

        List<ChatMessage> messages = [.. Hello, .. response.Messages, new(ChatRole.User, [asked.CreateResponse(approved: true)])];
        await router.FailAsync<LlmException>(streamed, options, messages);
        _charged.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task A_call_cancelled_between_the_rounds_ends_as_cancelled(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        string ChargeAndCancel()
        {
            _charged++;
            cancel.Cancel();
            return "charged";
        }

        await using var router = InOrder(null, Shop("a", true, null), Shop("b", true, null));
        await router.FailAsync<OperationCanceledException>(
            streamed, new ChatOptions { Tools = [AIFunctionFactory.Create(ChargeAndCancel, "charge")] }, cancellationToken: cancel.Token);
        _charged.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task A_refusal_after_a_tool_ran_does_not_move_on(bool streamed)
    {
        await using var router =
            InOrder(new() { RefusalAction = RefusalAction.NextProvider }, Shop("a", true, "filter"), Shop("b", true, null));
        try
        {
            await router.RunAsync(streamed, options: Tools());
        }
        catch (LlmException)
        {
            // Answer or error: what counts is the card.
        }

        _charged.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task A_whole_answer_with_a_result_that_then_breaks_is_not_asked_for_again(bool streamed)
    {
        var whole = new ChatResponse([
            new(ChatRole.Assistant, [new FunctionCallContent("1", "charge")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", "charged")])]);
        var next = FakeProvider.Answering("b", "twice");
        await using var router = InOrder(null,
            new FakeProvider("a", (_, _) => new ChatResponseUpdate { RawRepresentation = whole }.Then(new IOException("reset"))), next);
        await router.FailAsync<LlmException>(streamed);
        next.Calls.Should().Be(0);
    }

    public static TheoryData<string, bool> Nestings()
    {
        var data = new TheoryData<string, bool>();
        foreach (var nesting in new[] { "router", "wrapped router", "twice", "two providers", "added later" })
        {
            data.Add(nesting, true);
            data.Add(nesting, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Nestings))]
    public async Task A_tool_that_ran_behind_an_inner_router_does_not_run_again(string nesting, bool streamed)
    {
        var inner = InOrder(null, nesting == "added later" ? [] : [Shop("in", wrapped: false, "503")]);
        if (nesting == "two providers")
            inner.AddProvider(Shop("in 2", wrapped: true, "503"));
        IChatClient client = nesting switch
        {
            "wrapped router" => new Wrapping(inner),
            "twice" => InOrder(null, new ChatClientProvider("middle", new Wrapping(inner))),
            _ => inner,
        };
        await using var router = InOrder(new() { Retry = new() { MinDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero } },
            new ChatClientProvider("a", client), Shop("b", wrapped: true, null));
        if (nesting == "added later")
            inner.AddProvider(Shop("in", wrapped: true, "503"));
        await router.FailAsync<LlmException>(streamed, Tools());
        _charged.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task An_inner_router_without_such_a_provider_is_asked_for_a_whole_answer(bool streamed)
    {
        var asked = new List<bool>();
        var inner = InOrder(null, new FakeProvider("in", (request, _) =>
        {
            asked.Add(request.Streaming);
            return Some.Answer("ok");
        }));
        await using var router = InOrder(null, new ChatClientProvider("a", inner));
        (await router.AskAsync(streamed)).Should().Be("ok");
        asked.Should().Equal(streamed);
    }

    [Theory]
    [BothModes]
    public async Task The_usage_of_all_rounds_behind_an_inner_router_adds_up(bool streamed)
    {
        await using var router = InOrder(null, new ChatClientProvider("a", InOrder(null, Shop("in", wrapped: true, null))));
        var (text, route) = await router.RunAsync(streamed, options: Tools());
        text.Should().Contain("charged");
        (route.Usage.PromptTokens, route.Usage.CompletionTokens, _charged).Should().Be((20, 10, 1));
    }

    [Theory]
    [BothModes]
    public async Task Around_the_router_tools_run_and_a_broken_round_still_fails_over(bool streamed)
    {
        await using var router = InOrder(
            null,
            new ChatClientProvider("a", new ShopClient("503")),
            new ChatClientProvider("b", new ShopClient(null)));
        var client = new FunctionInvokingChatClient(router);
        (await client.AskAsync(streamed, Tools())).Should().Contain("charged");
        _charged.Should().Be(1, "the second round is a call of its own, and goes on elsewhere");
    }

    private ChatOptions Tools() => new() { Tools = [AIFunctionFactory.Create(Charge, "charge")] };

    private string Charge()
    {
        _charged++;
        return "charged";
    }
}
