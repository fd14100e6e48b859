using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A stream that is collected says what the buffered answer says, in whatever form the provider gave it.</summary>
public sealed class CollectedStreamTests
{
    [Fact]
    public async Task A_collected_stream_equals_the_buffered_answer_in_every_form_of_report()
    {
        for (var seed = 0; seed < Effort.Of(500, 6_000); seed++)
        {
            await using var router = Of(() => RandomAnswers.Of(seed));
            var answer = await router.RouteAsync("hello there");
            var updates = await router.RouteStreamAsync("hello there").ToListAsync();
            var collected = updates.ToChatResponse();

            var because = $"of seed {seed}";
            Shape(collected).Should().Be(Shape(answer.Response), because);
            Numbers(collected.Usage).Should().Be(Numbers(answer.Response.Usage), because);
            Numbers(answer.Response.Usage).Should().Be(Numbers(answer.Usage, answer.Response.Usage!), because);
            updates[^1].GetRoute()!.Usage.Should().Be(answer.Usage, because);
            answer.Attempts[^1].Usage.Should().Be(answer.Usage, because);
            var metrics = router.GetMetrics()["a"];
            (metrics.TotalPromptTokens, metrics.TotalCompletionTokens).Should().Be(
                (2L * answer.Usage.PromptTokens, 2L * answer.Usage.CompletionTokens), because);
        }
    }

    [Fact]
    public async Task The_chat_client_gives_the_same_two_answers()
    {
        for (var seed = 0; seed < Effort.Of(150, 1_000); seed++)
        {
            await using var router = Of(() => RandomAnswers.Of(seed));
            IChatClient client = router;
            var answer = await client.GetResponseAsync(Hello);
            var collected = await client.GetStreamingResponseAsync(Hello).ToChatResponseAsync();
            (Shape(collected), Numbers(collected.Usage)).Should().Be((Shape(answer), Numbers(answer.Usage)), $"of seed {seed}");
        }
    }

    [Fact]
    public async Task What_follows_a_restart_equals_the_buffered_answer()
    {
        for (var seed = 0; seed < Effort.Of(150, 1_000); seed++)
        {
            await using var whole = Of(() => RandomAnswers.Of(seed));
            await using var router = InOrder(
                new() { MidStream = MidStreamMode.Restart },
                new FakeProvider("cut", (_, _) => CutAsync()),
                new FakeProvider("a", (_, _) => Some.Updates(RandomAnswers.Of(seed))));
            var answer = (await whole.RouteAsync("hello there")).Response;
            var updates = await router.RouteStreamAsync("hello there").ToListAsync();
            var restart = updates.FindIndex(u => u.Contents is [RestartContent]);
            var collected = updates.Skip(restart + 1).ToChatResponse();
            (Shape(collected), Numbers(collected.Usage)).Should().Be((Shape(answer), Numbers(answer.Usage)), $"of seed {seed}");
        }
    }

    [Fact]
    public async Task A_wrapped_client_answers_the_same_whole_and_as_a_stream()
    {
        for (var seed = 0; seed < Effort.Of(150, 1_000); seed++)
        {
            var whole = RandomAnswers.Of(seed).Select(u => u.RawRepresentation).OfType<ChatResponse>().FirstOrDefault();
            if (whole?.FinishReason is null)
                continue;
            await using var router = InOrder(null, new ChatClientProvider("a", new FakeChatClient { Response = whole }));
            var answer = (await router.RouteAsync("hello")).Response;
            await using var streamed = Of(() => [new ChatResponseUpdate { RawRepresentation = whole }]);
            var collected = await streamed.RouteStreamAsync("hello").ToChatResponseAsync();
            // Only the model that stands in for none differs: the two providers have different ones.
            collected.ModelId = answer.ModelId = "";
            Shape(collected).Should().Be(Shape(answer), $"of seed {seed}");
        }
    }

    [Theory]
    [BothModes]
    public async Task A_total_alone_stays_that_total(bool streamed)
    {
        await using var router = Of(() => [Some.Word("four words or so"),
            new ChatResponseUpdate
            {
                FinishReason = ChatFinishReason.Stop,
                Contents = [new UsageContent(new UsageDetails { TotalTokenCount = 50 })]
            }]);
        var (response, usage) = await AnswerAsync(router, streamed);
        response.Usage!.TotalTokenCount.Should().Be(50);
        (response.Usage.InputTokenCount, response.Usage.OutputTokenCount, usage.TotalTokens).Should().Be(
            (usage.PromptTokens, usage.CompletionTokens, 50));
    }

    [Theory]
    [BothModes]
    public async Task Model_and_usage_are_there_where_the_provider_reports_none(bool streamed)
    {
        foreach (var whole in new[] { true, false })
        {
            await using var router = Of(() => whole
                ? [new ChatResponseUpdate { RawRepresentation = new ChatResponse(new ChatMessage(ChatRole.Assistant,
                    "ok")) { FinishReason = ChatFinishReason.Stop } }]
                : [Some.Word("ok"), Some.Finish()]);
            var (response, usage) = await AnswerAsync(router, streamed);
            response.ModelId.Should().Be("a-model");
            (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount).Should().Be(
                (usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens));
            usage.TotalTokens.Should().BePositive();
        }
    }

    [Theory]
    [BothModes]
    public async Task Text_before_a_whole_answer_is_not_lost(bool streamed)
    {
        await using var router = Of(() => [Some.Word("First. "),
            new ChatResponseUpdate { RawRepresentation = new ChatResponse(new ChatMessage(ChatRole.Assistant,
                "Then.")) { FinishReason = ChatFinishReason.Stop } }]);
        (await AnswerAsync(router, streamed)).Response.Text.Should().Be("First. Then.");
    }

    [Fact]
    public async Task What_the_provider_gave_is_not_changed()
    {
        var message = new ChatMessage(ChatRole.Assistant, "ok");
        var response = new ChatResponse(message) { FinishReason = ChatFinishReason.Stop, Usage = new() { InputTokenCount = 3 } };
        var update = new ChatResponseUpdate { RawRepresentation = response };
        var usage = new UsageContent(new UsageDetails { InputTokenCount = 3, OutputTokenCount = 1 });
        var reported = new ChatResponseUpdate { Contents = [usage] };
        await using var router = Of(() => [update, reported]);
        await router.RouteAsync("hello");
        await router.RouteStreamAsync("hello").CountAsync();

        (response.ModelId, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount).Should().Be((null, null, null));
        (usage.Details.TotalTokenCount, reported.Contents.Single()).Should().Be((null, usage));
        (update.ModelId, update.RawRepresentation).Should().Be((null, response));
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> CutAsync()
    {
        yield return Some.Usage(70, 70);
        yield return Some.Word("half");
        await Task.Yield();
        throw new IOException("reset");
    }

    private static Router Of(Func<ChatResponseUpdate[]> updates) => InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(updates())));

    private static async Task<(ChatResponse Response, TokenUsage Usage)> AnswerAsync(Router router, bool streamed)
    {
        if (!streamed)
            return await router.RouteAsync("hello") is var answer ? (answer.Response, answer.Usage) : default;
        var updates = await router.RouteStreamAsync("hello").ToListAsync();
        return (updates.ToChatResponse(), updates[^1].GetRoute()!.Usage);
    }

    private static string Shape(ChatResponse r) =>
        $"{r.ResponseId}|{r.ModelId}|{r.ConversationId}|{r.CreatedAt:O}|{r.FinishReason}|"
        + string.Join(';', r.Messages.Select(m => $"{m.Role}/{m.MessageId}/{m.AuthorName}[{string.Join(',', m.Contents.Select(Said))}]"));

    private static string Said(AIContent content) => content switch
    {
        TextContent text => $"text:{text.Text}",
        TextReasoningContent thought => $"thought:{thought.Text}/{thought.ProtectedData}",
        FunctionCallContent call => $"call:{call.CallId}",
        _ => content.GetType().Name,
    };

    private static string Numbers(UsageDetails? u) =>
        u is null
            ? "none"
            : $"{u.InputTokenCount}+{u.OutputTokenCount}={u.TotalTokenCount} cached {u.CachedInputTokenCount ?? 0} thought "
                + $"{u.ReasoningTokenCount ?? 0} "
            + string.Join(',', (u.AdditionalCounts ?? []).OrderBy(c => c.Key, StringComparer.Ordinal));

    private static string Numbers(TokenUsage u, UsageDetails shown) => Numbers(new UsageDetails
    {
        InputTokenCount = u.PromptTokens,
        OutputTokenCount = u.CompletionTokens,
        TotalTokenCount = u.TotalTokens,
        CachedInputTokenCount = u.CachedTokens,
        ReasoningTokenCount = u.ReasoningTokens,
        AdditionalCounts = shown.AdditionalCounts,
    });
}
