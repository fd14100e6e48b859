using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>An event that could not be read is skipped where starting over would say everything twice, and only there.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its logs hold nothing.")]
public class CommitSkippedEventTests
{
    private readonly AttemptLog _log = new();
    private readonly Logs _logs = new();

    [Fact]
    public async Task A_live_stream_goes_on_after_its_first_content_and_shows_nothing_of_the_event()
    {
        await using var router = NewRouter(Some.Word("one "), Unreadable(), Some.Word("two"), Some.Finish());
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        string.Concat(seen.Select(u => u.Text)).Should().Be("one two");
        seen.Should().HaveCount(4, "two words, the finish reason and the router's own")
            .And.NotContain(u => u.RawRepresentation is MalformedEvent);
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Succeeded);
        _logs.Named("llm_event_skipped").Should().ContainSingle().Which.Exception!.Message.Should().Be("unreadable on purpose");
    }

    [Fact]
    public async Task A_live_stream_without_content_yet_fails_over()
    {
        await using var router = NewRouter(new ChatResponseUpdate(), Unreadable(), Some.Word("one"), Some.Finish());
        (await router.AskAsync(streamed: true)).Should().Be("other");
        ShouldHaveFailedOver();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_buffered_call_fails_over_even_when_it_has_text(bool text)
    {
        await using var router = NewRouter(text ? Some.Word("one ") : new(), Unreadable(), Some.Word("two"), Some.Finish());
        (await router.AskAsync(streamed: false)).Should().Be("other");
        ShouldHaveFailedOver();
    }

    [Fact]
    public async Task A_buffered_call_that_has_run_a_tool_fails()
    {
        await using var router = NewRouter(
            new ChatResponseUpdate { Contents = [new FunctionResultContent("1", "done")] }, Unreadable(), Some.Word("two"), Some.Finish());
        (await router.FailAsync<LlmException>(streamed: false)).Message.Should().Be("unreadable on purpose");
        _logs.Named("llm_event_skipped").Should().BeEmpty();
    }

    private static ChatResponseUpdate Unreadable() =>
        new() { RawRepresentation = new MalformedEvent(new LlmException(LlmErrorKind.MalformedResponse, "unreadable on purpose")) };

    private void ShouldHaveFailedOver()
    {
        _log.Attempts.Select(a => a.Error?.Message).Should().Equal("unreadable on purpose", null);
        _logs.Named("llm_event_skipped").Should().BeEmpty();
    }

    private Router NewRouter(params ChatResponseUpdate[] updates) =>
        InOrder(new() { Observers = { _log } }, null, _logs, new FakeProvider("a", (_, _) => Some.Updates(updates)),
            FakeProvider.Answering("b", "other"));
}
