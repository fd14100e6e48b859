using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>What of an answer is counted where its vendor reports no usage:
/// all that is paid for, the same in a stream and in a whole answer.</summary>
public sealed class AttemptCountTests : IDisposable
{
    private static readonly ProviderInfo Info = new("a", "acme", "m");
    private readonly TokenCounter _counter = new();
    private readonly Logs _logs = new();

    public void Dispose() => _logs.Dispose();

    /// <summary>Streamed or not, and whether the provider gives updates or a whole response.</summary>
    public static TheoryData<bool, bool> Forms() => new() { { true, false }, { false, false }, { true, true }, { false, true } };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Thoughts_and_text(bool streamed, bool whole)
    {
        const string Thought = "The user wants a number, so it has to be found first.";
        const string Text = "It is forty-two, as far as anybody knows.";
        var count = await CountAsync(
            streamed, whole, new TextReasoningContent(Thought), new TextContent(Text), new TextReasoningContent(""), new TextContent(""));
        count.Should().Be(_counter.Count(Thought, "m") + _counter.Count(Text, "m"));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Calls_of_tools_with_their_arguments(bool streamed, bool whole)
    {
        var call = new FunctionCallContent("1", "find_the_nearest_station",
            new Dictionary<string, object?> { ["name_of_the_city"] = "Saint Petersburg, Russia", ["by_metro"] = null });
        var count = await CountAsync(streamed, whole, call);
        count.Should().Be(
            _counter.Count("find_the_nearest_station" + "name_of_the_city" + "Saint Petersburg, Russia" + "by_metro" + "null", "m"));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_call_without_arguments(bool streamed, bool whole) =>
        (await CountAsync(streamed, whole, new FunctionCallContent("1", "find_the_nearest_station")))
            .Should().Be(_counter.Count("find_the_nearest_station", "m"));

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_argument_that_throws_costs_its_tokens_and_not_the_answer(bool streamed, bool whole)
    {
        var call = new FunctionCallContent(
            "1", "find_the_nearest_station", new Dictionary<string, object?> { ["city"] = new Unspeakable() });
        (await CountAsync(streamed, whole, call)).Should().Be(_counter.Count("find_the_nearest_station" + "city", "m"));
        _logs.Named("llm_token_count_failed").Should().ContainSingle().Which.Exception!.Message
            .Should().Be("an argument failed on purpose");
    }

    [Theory]
    [BothModes]
    public async Task Thoughts_and_calls_are_no_part_of_the_text_that_an_error_keeps(bool streamed)
    {
        var update = new ChatResponseUpdate(ChatRole.Assistant, [
            new TextReasoningContent("a thought"), new FunctionCallContent("1", "f"), new TextContent("half an answer")]);
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => update.Then(new IOException("reset"))));
        (await router.FailAsync<LlmException>(streamed)).PartialText.Should().Be("half an answer");
    }

    [Theory]
    [BothModes]
    public async Task An_error_after_thoughts_alone_keeps_no_text(bool streamed)
    {
        var update = new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("a thought")]);
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => update.Then(new IOException("reset"))));
        (await router.FailAsync<LlmException>(streamed)).PartialText.Should().BeNull();
    }

    private async Task<int> CountAsync(bool streamed, bool whole, params AIContent[] contents)
    {
        var update = whole
            ? new ChatResponseUpdate
            {
                RawRepresentation = new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)) { FinishReason = ChatFinishReason.Stop }
            }
            : new ChatResponseUpdate(ChatRole.Assistant, contents) { FinishReason = ChatFinishReason.Stop };
        await using var router = InOrder(null, null, _logs, new FakeProvider("a", (_, _) => Some.Updates(update)) { Info = Info });
        var (_, route) = await router.RunAsync(streamed);
        route.Usage.Source.Should().Be(UsageSource.Estimate);
        return route.Usage.CompletionTokens;
    }

    private sealed class Unspeakable
    {
        public override string ToString() => throw new InvalidOperationException("an argument failed on purpose");
    }
}
