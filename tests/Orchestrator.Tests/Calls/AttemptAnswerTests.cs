using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What the caller gets to see of the provider's updates: messages, whole responses, usage.</summary>
public class AttemptAnswerTests
{
    private static readonly UsageDetails Usage = new() { InputTokenCount = 3, OutputTokenCount = 1 };

    [Theory]
    [InlineData("m1", false)]
    [InlineData("m1", true)]
    [InlineData(null, true)]
    public async Task An_answer_of_one_update_has_all_that_the_update_says(string? messageId, bool additional)
    {
        var update = new ChatResponseUpdate(new ChatRole("narrator"), "once")
        {
            AuthorName = "Anna",
            CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            MessageId = messageId,
            AdditionalProperties = additional ? new() { ["key"] = "value" } : null,
            ConversationId = "c1",
            FinishReason = ChatFinishReason.Length,
            ModelId = "the very model",
            ResponseId = "r1",
        };
        await using var router = InOrder(null, Giving("a", update));
        var response = (await router.RouteAsync("hello")).Response;
        response.Should().BeEquivalentTo(
            new[] { update }.ToChatResponse(), o => o.Excluding(r => r.Usage), "one update is put together as several are");
        response.Messages.Should().ContainSingle().Which.Should().Match<ChatMessage>(m =>
            m.Role == update.Role && m.AuthorName == "Anna" && m.CreatedAt == update.CreatedAt && m.MessageId == messageId
                && m.Text == "once");
        (response.ConversationId, response.ModelId, response.ResponseId, response.FinishReason)
            .Should().Be(("c1", "the very model", "r1", ChatFinishReason.Length));
        response.CreatedAt.Should().Be(update.CreatedAt);
    }

    [Fact]
    public async Task An_update_without_content_keeps_its_additional_properties()
    {
        var update = new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop, AdditionalProperties = new() { ["key"] = "value" } };
        await using var router = InOrder(null, Giving("a", update));
        (await router.RouteAsync("hello")).Response
            .Should().BeEquivalentTo(new[] { update }.ToChatResponse(), o => o.Excluding(r => r.Usage).Excluding(r => r.ModelId));
    }

    [Fact]
    public async Task Usage_in_the_only_update_is_the_response_s_and_no_content_of_its_message()
    {
        var update = new ChatResponseUpdate { Contents = [new UsageContent(Usage)], FinishReason = ChatFinishReason.Stop };
        await using var router = InOrder(null, Giving("a", update));
        var response = (await router.RouteAsync("hello")).Response;
        response.Messages.SelectMany(m => m.Contents).Should().BeEmpty();
        (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount).Should().Be((3, 1));
    }

    [Fact]
    public async Task Empty_updates_before_the_first_word_are_held_each_as_it_is()
    {
        ChatResponseUpdate[] updates = [new(ChatRole.Assistant, ""), new(ChatRole.Assistant, ""), Some.Word("ok"), Some.Finish()];
        await using var router = InOrder(null, Giving("a", updates));
        var seen = await router.RouteStreamAsync("hello").Take(4).ToListAsync();
        for (var i = 0; i < updates.Length; i++)
            seen[i].Should().BeSameAs(updates[i]);
    }

    [Theory]
    [InlineData(7, 2)]
    [InlineData(7, null)]
    [InlineData(null, 2)]
    [InlineData(null, null)]
    public async Task The_reader_of_a_stream_receives_each_half_of_the_usage_once(int? prompt, int? completion)
    {
        var reported = new UsageDetails { InputTokenCount = prompt, OutputTokenCount = completion };
        await using var router = InOrder(
            null, Giving("a", Some.Word("The answer has a few words."), Some.Finish(), new() { Contents = [new UsageContent(reported)] }));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();

        var usage = seen[^1].GetRoute()!.Usage;
        usage.PromptTokens.Should().Be(prompt ?? new TokenCounter().Count(Hello, new("a", "mock", "a-model")));
        usage.CompletionTokens.Should().Be(completion ?? new TokenCounter().Count("The answer has a few words.", "a-model"));
        var last = seen[^1].Contents.OfType<UsageContent>().SingleOrDefault()?.Details;
        (last is null).Should().Be(prompt is not null && completion is not null);
        last?.InputTokenCount.Should().Be(prompt is null ? usage.PromptTokens : null);
        last?.OutputTokenCount.Should().Be(completion is null ? usage.CompletionTokens : null);
    }

    [Theory]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 1)]
    [InlineData(false, false, 1)]
    [InlineData(true, false, 2)]
    [InlineData(true, true, 2)]
    public async Task The_usage_of_a_whole_response_reaches_the_reader_of_a_stream_once(bool inResponse, bool inContents, int times)
    {
        var updates = Enumerable.Range(0, times).Select(_ =>
        {
            var update = Whole(ChatFinishReason.Stop, inResponse ? Usage : null);
            if (inContents)
                update.Contents.Add(new UsageContent(Usage));
            return update;
        }).ToArray();
        await using var router = InOrder(null, Giving("a", updates));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        var told = seen.SelectMany(u => u.Contents).OfType<UsageContent>().ToList();
        var usage = seen[^1].GetRoute()!.Usage;
        (told.Sum(u => u.Details.InputTokenCount), told.Sum(u => u.Details.OutputTokenCount))
            .Should().Be((usage.PromptTokens, usage.CompletionTokens));
        if (inResponse)
            usage.Should().Be(new TokenUsage(3 * times, times) { Source = UsageSource.Provider });
    }

    public static TheoryData<ChatFinishReason?, ChatFinishReason?, string> Reasons() => new()
    {
        { null, ChatFinishReason.ContentFilter, "next" },
        { ChatFinishReason.ToolCalls, ChatFinishReason.ContentFilter, "next" },
        { ChatFinishReason.ContentFilter, null, "next" },
        { ChatFinishReason.ContentFilter, ChatFinishReason.Stop, "whole" },
        { ChatFinishReason.Stop, null, "whole" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task The_last_finish_reason_given_is_the_answer_s_be_it_in_a_whole_response(
        ChatFinishReason? before, ChatFinishReason? inResponse, string expected)
    {
        var first = new ChatResponseUpdate { FinishReason = before };
        await using var router = InOrder(new() { RefusalAction = RefusalAction.NextProvider },
            Giving("a", first, Whole(inResponse, Usage)), FakeProvider.Answering("b", "next"));
        (await router.RouteAsync("hello")).Text.Should().Be(expected);
    }

    [Theory]
    [BothModes]
    public async Task A_finish_reason_that_only_the_whole_response_has_is_the_completion_mark(bool streamed)
    {
        var next = FakeProvider.Answering("b", "next");
        await using var router =
            InOrder(null, new FakeProvider("a", (_, _) => Whole(ChatFinishReason.Stop, Usage).Then(new IOException("reset"))), next);
        (await router.RunAsync(streamed)).Text.Should().Be("whole");
        next.Calls.Should().Be(0);
    }

    [Fact]
    public async Task Where_a_whole_response_and_its_update_disagree_the_response_is_right()
    {
        var update = Whole(ChatFinishReason.ToolCalls, Usage);
        update.FinishReason = ChatFinishReason.Stop;
        await using var router =
            InOrder(null, new FakeProvider("a", (_, _) => update.Then(new IOException("reset"))), FakeProvider.Answering("b", "next"));
        (await router.RouteAsync("hello")).Text.Should().Be("next", "the round after the tool calls never came");
    }

    private static FakeProvider Giving(string name, params ChatResponseUpdate[] updates) => new(name, (_, _) => Some.Updates(updates));

    /// <summary>A response as one update; only the response has the finish reason.</summary>
    private static ChatResponseUpdate Whole(ChatFinishReason? reason, UsageDetails? usage) => new()
    {
        Role = ChatRole.Assistant,
        Contents = [new TextContent("whole")],
        RawRepresentation = new ChatResponse(new ChatMessage(ChatRole.Assistant, "whole")) { FinishReason = reason, Usage = usage },
    };
}
