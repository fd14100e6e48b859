using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>When an answer is committed, and what each mode hands out.</summary>
public class CommitTests
{
    private readonly AttemptLog _log = new();

    [Fact]
    public async Task Held_updates_are_released_in_order_as_the_very_objects()
    {
        ChatResponseUpdate[] updates = [new(ChatRole.Assistant, ""), new() { ResponseId = "r1" },
            new() { Contents = [new UsageContent(new() { InputTokenCount = 3, OutputTokenCount = 0, TotalTokenCount = 3 })] },
            Some.Word("one "), Some.Word("two"), Some.Finish()];
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(updates)));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        seen.Should().HaveCount(7);
        for (var i = 0; i < updates.Length; i++)
            seen[i].Should().BeSameAs(updates[i]);
    }

    [Fact]
    public async Task Updates_of_an_attempt_that_failed_before_its_first_content_are_never_handed_out()
    {
        var dead = new ChatResponseUpdate(ChatRole.Assistant, "") { ResponseId = "dead" };
        var a = new FakeProvider("a", (_, _) => dead.Then(new LlmException(LlmErrorKind.ServerError, "x")));
        await using var router = InOrder(null, a, FakeProvider.Answering("b", "ok"));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        seen.Should().NotContain(dead);
        seen.SelectMany(u => u.Contents).OfType<UsageContent>().Should().ContainSingle("the failed attempt's usage is not the answer's");
    }

    [Fact]
    public async Task At_most_64_updates_are_held_and_those_beyond_become_one()
    {
        var empties = Enumerable.Range(0, 1000).Select(i => new ChatResponseUpdate { ResponseId = $"{i}" }).ToList();
        empties.Insert(500, Some.Usage(3, 0));
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates([.. empties, Some.Word("ok"), Some.Finish()])));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        seen.Take(64).Select(u => u.ResponseId).Should().Equal(Enumerable.Range(0, 64).Select(i => $"{i}"));
        seen.Skip(64).Select(u => u.ResponseId).Should().Equal("999", null, null, null);
        seen.Skip(64).SelectMany(u => u.Contents).Should().Contain(c => c is UsageContent).And.Contain(c => c is TextContent);
        string.Concat(seen.Select(u => u.Text)).Should().Be("ok");
    }

    [Fact]
    public async Task A_stream_commits_at_its_first_content_and_goes_out_at_once()
    {
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, _) => WordThenAsync("one ", gate.Task));
        await using var router = InOrder(null, a);
        await using var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        (await stream.MoveNextAsync()).Should().BeTrue();
        stream.Current.Text.Should().Be("one ", "the rest has not come yet");
        gate.SetResult();
        (await stream.MoveNextAsync()).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(FirstContents))]
    public async Task Anything_but_empty_text_usage_and_an_error_commits_a_stream(string what, AIContent content, bool commits)
    {
        var b = FakeProvider.Answering("b", "ok");
        var a = new FakeProvider(
            "a", (_, _) => new ChatResponseUpdate { Role = ChatRole.Assistant, Contents = [content] }.Then(new IOException("reset")));
        await using var router = InOrder(null, a, b);
        var read = async () => await router.RouteStreamAsync("hello").CountAsync();
        if (commits)
            (await read.Should().ThrowAsync<LlmException>(what)).Which.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        else
            await read.Should().NotThrowAsync(what);
        b.Calls.Should().Be(commits ? 0 : 1, what);
    }

    public static TheoryData<string, AIContent, bool> FirstContents() => new()
    {
        { "text", new TextContent("x"), true },
        { "blank text", new TextContent(" "), true },
        { "reasoning", new TextReasoningContent("hmm"), true },
        { "protected reasoning", new TextReasoningContent(null) { ProtectedData = "abc" }, true },
        { "a function call", new FunctionCallContent("1", "f"), true },
        { "a picture", new UriContent("https://example.org/a.png", "image/png"), true },
        { "an error", new ErrorContent("x"), false },
        { "empty text", new TextContent(""), false },
        { "null text", new TextContent(null), false },
        { "empty reasoning", new TextReasoningContent(""), false },
        { "usage", new UsageContent(new() { InputTokenCount = 1 }), false },
    };

    // The Python original went on with the next provider's text after a cut, so that callers read half
    // of one answer and the whole of another.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_live_stream_never_mixes_two_providers(int words)
    {
        var b = FakeProvider.Answering("b", "BBB");
        await using var router = InOrder(new() { Observers = { _log } }, FakeProvider.CutAfter(
            "a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), [.. Enumerable.Repeat("a", words)]), b);
        var seen = "";
        var read = async () =>
        {
            await foreach (var update in router.RouteStreamAsync("hello"))
                seen += update.Text;
        };
        var error = (await read.Should().ThrowAsync<LlmException>()).Which;
        seen.Should().Be(new string('a', words));
        error.PartialText.Should().Be(seen);
        b.Calls.Should().Be(0);
        _log.Attempts.Should().ContainSingle();
    }

    [Fact]
    public async Task A_buffered_call_restarts_elsewhere_after_a_cut_and_shows_the_whole_answer_only()
    {
        await using var router = InOrder(
            new() { Observers = { _log } },
            FakeProvider.CutAfter("a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "half ", "an "),
            FakeProvider.Answering("b", "a whole ", "answer"));
        var response = await router.RouteAsync("hello");
        response.Text.Should().Be("a whole answer");
        response.Attempts[0].Error!.PartialText.Should().Be("half an ");
        response.Attempts[0].Usage.CompletionTokens.Should().BeGreaterThan(0, "the vendor bills the half, too");
    }

    [Fact]
    public async Task A_tool_that_ran_commits_a_buffered_call()
    {
        var b = FakeProvider.Answering("b", "would run the tool again");
        var ran = new ChatResponseUpdate { Role = ChatRole.Tool, Contents = [new FunctionResultContent("1", "done")] };
        await using var router =
            InOrder(null, new FakeProvider("a", (_, _) => ran.Then(new LlmException(LlmErrorKind.StreamInterrupted, "cut"))), b);
        var error = await router.FailAsync<LlmException>(streamed: false);
        error.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        b.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task An_empty_answer_with_a_finish_reason_is_an_answer(bool streamed)
    {
        var finish = new ChatResponseUpdate { FinishReason = ChatFinishReason.Length };
        var b = FakeProvider.Answering("b", "never asked");
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(Some.Usage(3, 0), finish)), b);
        if (streamed)
            (await router.RouteStreamAsync("hello").ToListAsync()).Should().Contain(finish);
        else
            (await router.RouteAsync("hello")).Response.FinishReason.Should().Be(ChatFinishReason.Length);
        b.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task Neither_content_nor_finish_reason_is_malformed_and_fails_over(bool streamed)
    {
        await using var router = InOrder(
            new() { Observers = { _log } },
            new FakeProvider("a", (_, _) => Some.Updates(new ChatResponseUpdate(ChatRole.Assistant, ""), Some.Usage(3, 0))),
            new FakeProvider("b", (_, _) => Some.Updates([null!])),
            FakeProvider.Answering("c", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Select(a => a.Error?.Kind).Should().Equal(LlmErrorKind.MalformedResponse, LlmErrorKind.MalformedResponse, null);
    }

    [Theory]
    [BothModes]
    public async Task Content_without_a_finish_reason_is_an_answer_of_a_custom_provider(bool streamed)
    {
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(Some.Word("ok"))));
        (await router.AskAsync(streamed)).Should().Be("ok");
    }

    [Fact]
    public async Task A_whole_response_in_the_raw_representation_is_returned_itself_if_nothing_is_missing()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok"))
        {
            Usage = new() { InputTokenCount = 3, OutputTokenCount = 1, TotalTokenCount = 4 },
            ResponseId = "r1",
            ModelId = "m"
        };
        var update = new ChatResponseUpdate { RawRepresentation = response };
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(update)));
        var answer = await router.RouteAsync("hello");
        answer.Response.Should().BeSameAs(response);
        answer.Usage.Should().Be(new TokenUsage(3, 1) { Source = UsageSource.Provider });
    }

    [Fact]
    public async Task A_whole_response_is_streamed_as_its_updates()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok"))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = new() { InputTokenCount = 3, OutputTokenCount = 1 }
        };
        await using var router =
            InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(new ChatResponseUpdate { RawRepresentation = response })));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        string.Concat(seen.Select(u => u.Text)).Should().Be("ok");
        seen.Should().Contain(u => u.FinishReason == ChatFinishReason.Stop);
        seen.SelectMany(u => u.Contents).OfType<UsageContent>().Should().ContainSingle().Which.Details.OutputTokenCount.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_last_update_is_the_router_s_own_with_the_route_and_usage_only_when_none_was_given(bool reported)
    {
        ChatResponseUpdate[] updates = reported ? [Some.Word("ok"), Some.Finish(), Some.Usage(7, 2)] : [Some.Word("ok"), Some.Finish()];
        await using var router =
            InOrder(null, FakeProvider.Failing("a", LlmErrorKind.ServerError), new FakeProvider("b", (_, _) => Some.Updates(updates)));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        seen.SkipLast(1).Should().OnlyContain(u => u.GetRoute() == null);
        var last = seen[^1];
        last.Text.Should().BeEmpty();
        var route = last.GetRoute()!;
        route.Should().NotBeOfType<LlmResponse>();
        route.Provider.Name.Should().Be("b");
        route.Attempts.Should().HaveCount(2);

        var told = seen.SelectMany(u => u.Contents).OfType<UsageContent>().Should().ContainSingle().Subject;
        told.Details.InputTokenCount.Should().Be(route.Usage.PromptTokens);
        told.Details.OutputTokenCount.Should().Be(route.Usage.CompletionTokens);
        last.Contents.OfType<UsageContent>().Should().HaveCount(reported ? 0 : 1);
        route.Usage.Source.Should().Be(reported ? UsageSource.Provider : UsageSource.Estimate);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> WordThenAsync(string word, Task gate)
    {
        yield return Some.Word(word);
        await gate;
        yield return Some.Finish();
    }
}
