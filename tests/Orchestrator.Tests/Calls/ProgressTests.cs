using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What moves an answer restarts the first-token limit and the idle limit, commits nothing and is no content.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its providers hold nothing.")]
public class ProgressTests
{
    private readonly HandClock _clock = new();
    private readonly AttemptLog _log = new();
    private readonly HandProvider _b = new("b");

    public static TheoryData<string> Moving => ["mark", "raw", "raw beside usage", "raw of a content", "words of an error"];

    public static TheoryData<string> Still => ["nothing", "role", "empty text", "empty thought", "usage", "finish", "properties"];

    [Theory]
    [MemberData(nameof(Moving))]
    public async Task An_update_that_moves_the_answer_restarts_the_first_token_limit(string what)
    {
        foreach (var streamed in new[] { true, false })
        {
            var a = Streaming();
            using var router = NewRouter(new(), a);
            var call = router.AskAsync(streamed).WaitAsync(Patience);
            for (var i = 0; i < 5; i++)
            {
                _clock.Pass(8);
                a.Give(New(what));
                _clock.Timer.Due.Should().Be(Seconds(10));
            }

            _b.WasAsked.Should().BeFalse();
            a.Give("ok");
            a.Finish();
            (await call).Should().Be("ok");
            var attempt = _log.Attempts[^1];
            (attempt.Outcome, attempt.TimeToFirstToken).Should().Be((AttemptOutcome.Succeeded, Seconds(40)), "progress is no content");
        }
    }

    [Theory]
    [MemberData(nameof(Still))]
    public async Task An_update_that_says_nothing_restarts_no_limit(string what)
    {
        foreach (var streamed in new[] { true, false })
        {
            var a = Streaming();
            using var router = NewRouter(new(), a);
            var call = router.AskAsync(streamed).WaitAsync(Patience);
            _clock.Pass(8);
            a.Give(New(what));
            _clock.Timer.Due.Should().Be(Seconds(2));
            a.Give("ok");
            a.Finish();
            await call;
        }
    }

    [Theory]
    [MemberData(nameof(Moving))]
    public async Task After_the_first_content_the_idle_limit_counts_from_the_last_progress(string what)
    {
        var a = new HandProvider("a");
        using var router = NewRouter(new(), a);
        var call = router.AskAsync(streamed: true).WaitAsync(Patience);
        a.Give("one ");
        _clock.Pass(25);
        a.Give(New(what));
        _clock.Timer.Due.Should().Be(Seconds(30));
        a.Give("two");
        a.Finish();
        (await call).Should().Be("one two");
    }

    [Theory]
    [BothModes]
    public async Task Progress_that_goes_on_for_ever_meets_the_attempt_s_limit(bool streamed)
    {
        var a = Streaming();
        using var router = NewRouter(new(), a);
        var call = router.AskAsync(streamed).WaitAsync(Patience);
        for (var i = 0; i < 7; i++)
        {
            _clock.Pass(8);
            a.Give(New("mark"));
        }

        _clock.Timer.Due.Should().Be(Seconds(4));
        _clock.Pass(4);
        _clock.Timer.Fire();
        a.Fail(new OperationCanceledException(a.Token));
        _log.Attempts[0].Error!.Message.Should().Contain("Timeouts.Attempt");
        _b.Give("ok");
        _b.Finish();
        (await call).Should().Be("ok");
    }

    [Theory]
    [BothModes]
    public async Task Progress_without_a_pause_meets_the_attempt_s_limit_too(bool streamed)
    {
        var chatter = new FakeProvider("a", (_, _) => EndlessAsync()) { Info = new("a", "mock", "m") { PrefersStreaming = true } };
        using var router = InOrder(null, _clock, null, chatter);
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        error.Attempts.Should().ContainSingle().Which.Error!.Message.Should().Contain("Timeouts.Attempt");

        async IAsyncEnumerable<ChatResponseUpdate> EndlessAsync()
        {
            await Task.CompletedTask;
            var progress = New("mark");
            while (true)
            {
                _clock.Pass(1);
                yield return progress;
            }
        }
    }

    [Theory]
    [BothModes]
    public async Task Progress_commits_nothing_and_is_not_handed_out(bool streamed)
    {
        var a = new FakeProvider("a", (_, _) => New("mark").Then(Script.Error(LlmErrorKind.ServerError)));
        var b = new FakeProvider("b", (_, _) => Some.Updates(New("mark"), Some.Word("one "), New("mark"), Some.Word("two"), Some.Finish()));
        using var router = InOrder(null, a, b);
        (await router.AskAsync(streamed)).Should().Be("one two");
        if (!streamed)
            return;
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        seen.Should().HaveCount(4, "two words, the finish reason and the router's own")
            .And.NotContain(u => u.RawRepresentation is AnswerProgress);
    }

    [Theory]
    [BothModes]
    public async Task An_answer_of_nothing_but_progress_is_none(bool streamed)
    {
        using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(New("mark"), New("mark"))));
        (await router.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task What_code_around_a_provider_adds_to_progress_is_kept()
    {
        var changed = AnswerProgress.NewUpdate();
        changed.Contents.Add(new TextContent("added"));
        using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(New("mark"), changed, Some.Finish())));
        foreach (var streamed in new[] { true, false })
            (await router.AskAsync(streamed)).Should().Be("added");
    }

    [Theory]
    [InlineData("mark")]
    [InlineData("raw")]
    public async Task A_router_around_a_router_sees_the_progress_of_the_inner_one(string what)
    {
        var a = new HandProvider("a");
        using var inner = InOrder(new() { Timeouts = new() { FirstToken = Timeout.InfiniteTimeSpan } }, _clock, null, a);
        using var router = NewRouter(new(), new ChatClientProvider("inner", inner));
        var call = router.RouteStreamAsync("hello").ToListAsync().AsTask().WaitAsync(Patience);
        for (var i = 0; i < 3; i++)
        {
            _clock.Pass(8);
            a.Give(New(what));
            _clock.Timers.Should().Contain(t => t.Due == Seconds(10));
        }

        a.Give("ok");
        await UntilAsync(() => a.Pulls == 5);
        a.Finish();
        var seen = await call;
        string.Concat(seen.Select(u => u.Text)).Should().Be("ok");
        seen.Should().NotContain(u => u.RawRepresentation is AnswerProgress);
        _b.WasAsked.Should().BeFalse();
    }

    private static ChatResponseUpdate New(string what) => what switch
    {
        "mark" => AnswerProgress.NewUpdate(),
        "raw" => new() { Role = ChatRole.Assistant, RawRepresentation = new object() },
        "raw beside usage" => new() { RawRepresentation = new object(), Contents = [new UsageContent(new() { InputTokenCount = 1 })] },
        "raw of a content" => new() { Contents = [new TextContent("") { RawRepresentation = new object() }] },
        "words of an error" => new() { Contents = [new ErrorContent("I can")] },
        "role" => new() { Role = ChatRole.Assistant, MessageId = "1", ResponseId = "1", ModelId = "m" },
        "empty text" => Some.Word(""),
        "empty thought" => new() { Contents = [new TextReasoningContent("")] },
        "usage" => Some.Usage(1, 1),
        "finish" => Some.Finish(),
        "properties" => new() { AdditionalProperties = new() { ["x"] = 1 } },
        _ => new(),
    };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static HandProvider Streaming() => new("a") { Info = new("a", "mock", "a-model") { PrefersStreaming = true } };

    private Router NewRouter(TimeoutOptions limits, ILlmProvider a) =>
        InOrder(new() { Timeouts = limits, Observers = { _log } }, _clock, null, a, _b);
}
