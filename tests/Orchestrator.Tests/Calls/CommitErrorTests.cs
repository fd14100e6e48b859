using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What happens to a call whose answer broke, was refused, or did not come.</summary>
public class CommitErrorTests
{
    private readonly AttemptLog _log = new();

    [Fact]
    public async Task Restart_announces_itself_once_and_then_gives_the_whole_next_answer()
    {
        var cut = new LlmException(LlmErrorKind.StreamInterrupted, "cut on purpose");
        await using var router = InOrder(
            new() { MidStream = MidStreamMode.Restart, Observers = { _log } },
            FakeProvider.CutAfter("a", () => cut, "half ", "an "),
            FakeProvider.Answering("b", "a whole ", "answer"));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();

        var restart = seen.FindIndex(u => u.Contents is [RestartContent]);
        var content = (RestartContent)seen[restart].Contents[0];
        (content.Provider.Name, content.Error).Should().Be(("b", cut));
        string.Concat(seen.Take(restart).Select(u => u.Text)).Should().Be("half an ");
        string.Concat(seen.Skip(restart).Select(u => u.Text)).Should().Be("a whole answer");
        seen.SelectMany(u => u.Contents).OfType<RestartContent>().Should().ContainSingle();
        seen[^1].GetRoute()!.Attempts.Select(x => x.Role).Should().Equal(AttemptRole.First, AttemptRole.Restart);
    }

    [Fact]
    public async Task Restart_announces_each_provider_that_is_tried_so_the_last_one_named_answers()
    {
        await using var router = InOrder(
            new() { MidStream = MidStreamMode.Restart },
            FakeProvider.CutAfter("a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "half "),
            FakeProvider.CutAfter("b", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "other half "),
            FakeProvider.Answering("c", "whole"));
        var seen = await router.RouteStreamAsync("hello").ToListAsync();
        seen.SelectMany(u => u.Contents).OfType<RestartContent>().Select(r => r.Provider.Name).Should().Equal("b", "c");
        var last = seen.FindLastIndex(u => u.Contents is [RestartContent]);
        string.Concat(seen.Skip(last).Select(u => u.Text)).Should().Be("whole");
    }

    [Fact]
    public async Task Restart_without_another_provider_is_the_cut_stream_with_its_text()
    {
        await using var router = InOrder(new() { MidStream = MidStreamMode.Restart },
            FakeProvider.CutAfter("a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "half"));
        var error = await Assert.ThrowsAsync<LlmException>(() => router.RunAsync(streamed: true));
        (error.Kind, error.PartialText).Should().Be((LlmErrorKind.StreamInterrupted, "half"));
    }

    [Fact]
    public async Task Restart_whose_next_provider_rejects_the_request_does_not_end_in_that_rejection()
    {
        // Scenario S14: the secondary's 400 is never the final error of a stream that was cut.
        await using var router = InOrder(
            new() { MidStream = MidStreamMode.Restart },
            FakeProvider.CutAfter("a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "half"),
            FakeProvider.Failing("b", LlmErrorKind.InvalidRequest, 400));
        var error = await Assert.ThrowsAsync<LlmException>(() => router.RunAsync(streamed: true));
        (error.Kind, error.PartialText).Should().Be((LlmErrorKind.StreamInterrupted, "half"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("not seen by the caller")]
    public async Task Restart_that_fails_in_the_end_keeps_the_text_its_consumer_saw(string? unseen)
    {
        await using var router = InOrder(
            new() { MidStream = MidStreamMode.Restart },
            FakeProvider.CutAfter("a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "half"),
            FakeProvider.Failing("b", () => new LlmException(LlmErrorKind.ServerError, "down") { PartialText = unseen }));
        var error = await Assert.ThrowsAsync<AllProvidersFailedException>(() => router.RunAsync(streamed: true));
        (error.Kind, error.PartialText).Should().Be((LlmErrorKind.ServerError, "half"));
    }

    [Fact]
    public async Task A_stream_of_the_chat_client_never_restarts_for_its_reader_would_mix_two_answers()
    {
        var b = FakeProvider.Answering("b", "whole");
        await using var router = InOrder(
            new() { MidStream = MidStreamMode.Restart },
            FakeProvider.CutAfter("a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "half"),
            b);
        var error = await router.FailAsync<LlmException>(streamed: true);
        (error.Kind, error.PartialText, b.Calls).Should().Be((LlmErrorKind.StreamInterrupted, "half", 0));
    }

    [Fact]
    public async Task A_buffered_call_never_restarts_visibly()
    {
        await using var router = InOrder(
            new() { MidStream = MidStreamMode.Restart, Observers = { _log } },
            FakeProvider.CutAfter("a", () => new LlmException(LlmErrorKind.StreamInterrupted, "cut"), "half"),
            FakeProvider.Answering("b", "whole"));
        var response = await router.RouteAsync("hello");
        response.Text.Should().Be("whole");
        response.Response.Messages.SelectMany(m => m.Contents).Should().NotContain(c => c is RestartContent);
        _log.Attempts[1].Role.Should().Be(AttemptRole.Failover);
    }

    [Theory]
    [InlineData(true, RefusalAction.Return)]
    [InlineData(false, RefusalAction.Return)]
    [InlineData(true, RefusalAction.NextProvider)]
    [InlineData(false, RefusalAction.NextProvider)]
    public async Task OnRefusal_decides_about_a_refusal_that_is_an_error(bool streamed, RefusalAction action)
    {
        var b = FakeProvider.Answering("b", "ok");
        await using var router = InOrder(new() { RefusalAction = action }, FakeProvider.Failing("a", LlmErrorKind.ContentFiltered, 400), b);
        if (action == RefusalAction.NextProvider)
        {
            (await router.AskAsync(streamed)).Should().Be("ok");
        }
        else
        {
            var error = await router.FailAsync<LlmException>(streamed);
            (error.Kind, error is AllProvidersFailedException).Should().Be((LlmErrorKind.ContentFiltered, false));
            b.Calls.Should().Be(0);
        }

        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0, "a refusal is no fault");
    }

    [Theory]
    [BothModes]
    public async Task A_refusal_that_is_an_answer_is_returned_with_text_usage_and_cost(bool streamed)
    {
        var b = FakeProvider.Answering("b", "never asked");
        await using var router = InOrder(null, Refusing("sorry"), b);
        var (text, route) = await router.RunAsync(streamed);
        text.Should().Be("sorry");
        route.Usage.Should().Be(new TokenUsage(5, 1) { Source = UsageSource.Provider });
        route.Cost.Should().Be(0m, "the mock vendor is free, not unknown");
        b.Calls.Should().Be(0);
    }

    [Theory]
    [InlineData(true, "", "ok")]
    [InlineData(false, "", "ok")]
    [InlineData(false, "sorry", "ok")]
    // Text was handed out: the refusal stands.
    [InlineData(true, "sorry", "sorry")]
    public async Task OnRefusal_NextProvider_moves_on_before_commit_only(bool streamed, string refusal, string expected)
    {
        await using var router = InOrder(new() { RefusalAction = RefusalAction.NextProvider, Observers = { _log } }, Refusing(refusal),
            FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed)).Should().Be(expected);
        _log.Attempts[0].Usage.Should().Be(new TokenUsage(5, 1) { Source = UsageSource.Provider }, "it is billed either way");
    }

    [Fact]
    public async Task PartialText_is_at_most_65536_characters_and_never_in_the_message()
    {
        const string Word = "canary-7261 ";
        var words = Enumerable.Repeat(Word, 6_000).ToArray();
        await using var router = InOrder(null, FakeProvider.CutAfter("a", () => new IOException("reset"), words));
        foreach (var streamed in new[] { true, false })
        {
            var error = await router.FailAsync<LlmException>(streamed);
            error.PartialText!.Length.Should().Be(65_536);
            string.Concat(words).StartsWith(error.PartialText, StringComparison.Ordinal).Should().BeTrue();
            error.ToString().Should().NotContain("canary");
        }
    }

    [Theory]
    [InlineData(8_000, 8_000, false)]
    [InlineData(8_000, 4_000, false)]
    [InlineData(8_000, 8_001, true)]
    // An unknown window may be larger.
    [InlineData(8_000, null, true)]
    [InlineData(null, 4_000, true)]
    public async Task A_prompt_too_long_goes_to_larger_windows_only(int? first, int? second, bool tried)
    {
        var a = new FakeProvider(
            "a", (_, _) => Some.Failure(new LlmException(LlmErrorKind.ContextLengthExceeded, "too long") { StatusCode = 400 }))
        {
            Info = new("a", "mock", "m") { ContextWindow = first }
        };
        var b = new FakeProvider("b", (_, _) => Some.Answer("ok")) { Info = new("b", "mock", "m") { ContextWindow = second } };
        await using var router = InOrder(null, a, b);
        foreach (var streamed in new[] { true, false })
        {
            if (tried)
                (await router.AskAsync(streamed)).Should().Be("ok");
            else
                (await router.FailAsync<AllProvidersFailedException>(streamed)).Kind.Should().Be(LlmErrorKind.ContextLengthExceeded);
        }

        (a.Calls, b.Calls).Should().Be((2, tried ? 2 : 0));
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);
    }

    [Theory]
    [InlineData(true, LlmErrorKind.InvalidRequest, true)]
    [InlineData(false, LlmErrorKind.InvalidRequest, true)]
    [InlineData(true, LlmErrorKind.ContentFiltered, true)]
    [InlineData(false, LlmErrorKind.ContentFiltered, true)]
    [InlineData(true, LlmErrorKind.NotSupported, false)]
    [InlineData(false, LlmErrorKind.NotSupported, false)]
    [InlineData(true, LlmErrorKind.Authentication, false)]
    [InlineData(false, LlmErrorKind.Permission, false)]
    [InlineData(true, LlmErrorKind.QuotaExceeded, false)]
    [InlineData(false, LlmErrorKind.ModelNotFound, false)]
    [InlineData(true, LlmErrorKind.RateLimited, false)]
    [InlineData(false, LlmErrorKind.ServerError, false)]
    [InlineData(true, LlmErrorKind.Unavailable, false)]
    [InlineData(false, LlmErrorKind.Timeout, false)]
    [InlineData(true, LlmErrorKind.MalformedResponse, false)]
    [InlineData(false, LlmErrorKind.StreamInterrupted, false)]
    [InlineData(true, LlmErrorKind.Unknown, false)]
    public async Task The_kind_decides_whether_the_next_provider_is_tried(bool streamed, LlmErrorKind kind, bool stops)
    {
        var b = FakeProvider.Answering("b", "ok");
        await using var router = InOrder(null, FakeProvider.Failing("a", kind, 499), b);
        if (stops)
        {
            var error = await router.FailAsync<LlmException>(streamed);
            error.Should().NotBeOfType<AllProvidersFailedException>();
            (error.Kind, error.StatusCode, error.ProviderName, error.Model).Should().Be((kind, 499, "a", "a-model"));
            b.Calls.Should().Be(0);
        }
        else
        {
            (await router.AskAsync(streamed)).Should().Be("ok");
        }
    }

    [Theory]
    [BothModes]
    public async Task The_exhausted_plan_reports_all_attempts_and_the_shortest_wait(bool streamed)
    {
        FakeProvider Waits(string name, int? seconds, int status) =>
            FakeProvider.Failing(name, () => new LlmException(LlmErrorKind.RateLimited, "slow down")
            {
                StatusCode = status,
                RetryAfter = seconds is { } s ? TimeSpan.FromSeconds(s) : null,
                ProviderCode = $"code-{name}",
                RequestId = $"id-{name}",
            });
        await using var router = InOrder(null, Waits("a", 30, 429), Waits("b", 7, 428), Waits("c", null, 427));
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(7));
        (error.Kind, error.StatusCode, error.ProviderName, error.Model, error.ProviderCode, error.RequestId)
            .Should().Be((LlmErrorKind.RateLimited, 427, "c", "c-model", "code-c", "id-c"));
        error.Attempts.Select(a => a.Provider.Name).Should().Equal("a", "b", "c");
        error.Attempts.Should().OnlyContain(a => a.Outcome == AttemptOutcome.Failed && a.Error != null);
        error.Message.Should().Contain("a: RateLimited (HTTP 429)").And.Contain("b: RateLimited (HTTP 428)").And.Contain("All 3 attempts");
    }

    [Theory]
    [BothModes]
    public async Task One_provider_alone_ends_in_the_same_exception(bool streamed)
    {
        await using var router = InOrder(null, FakeProvider.Failing("a", LlmErrorKind.ServerError, 500));
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        error.Attempts.Should().ContainSingle();
        error.InnerException.Should().BeOfType<LlmException>();
    }

    private static FakeProvider Refusing(string text) =>
        new("a", (_, _) => Some.Updates(Some.Word(text), Some.Finish(ChatFinishReason.ContentFilter), Some.Usage(5, 1)));
}
