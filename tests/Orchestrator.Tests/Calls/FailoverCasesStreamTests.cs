using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Failover as users of Microsoft.Extensions.AI know it: before and after output.</summary>
public class FailoverCasesStreamTests
{
    private readonly AttemptLog _log = new();

    public static TheoryData<BreakAt, bool> Breaks()
    {
        var data = new TheoryData<BreakAt, bool>();
        foreach (var at in Enum.GetValues<BreakAt>())
        {
            data.Add(at, true);
            data.Add(at, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_failure_before_output_fails_over_wherever_it_happens(BreakAt at, bool streamed)
    {
        await using var router = InOrder(new() { Observers = { _log } },
            BrokenStream.Provider("a", at, () => new InvalidOperationException("broken on purpose")), FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");

        _log.Attempts.Select(a => (a.Provider.Name, a.Outcome))
            .Should().Equal(("a", AttemptOutcome.Failed), ("b", AttemptOutcome.Succeeded));
        // On purpose: a foreign exception has a kind of its own, and the original is inside.
        _log.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.Unknown);
        _log.Attempts[0].Error!.InnerException.Should().BeOfType<InvalidOperationException>();
        var metrics = router.GetMetrics();
        (metrics["a"].FailedRequests, metrics["a"].InFlight, metrics["b"].SuccessfulRequests).Should().Be((1, 0, 1));
    }

    [Theory]
    [BothModes]
    public async Task A_failure_before_output_fails_over_after_updates_that_carry_none(bool streamed)
    {
        var a = new FakeProvider("a", (_, _) => EmptyThenFailureAsync());
        await using var router = InOrder(null, a, FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");

        static async IAsyncEnumerable<ChatResponseUpdate> EmptyThenFailureAsync()
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "");
            yield return Some.Usage(3, 0);
            await Task.Yield();
            throw new IOException("reset");
        }
    }

    [Fact]
    public async Task A_failure_after_output_is_reported_once_and_selects_no_other_provider()
    {
        var b = FakeProvider.Answering("b", "never asked");
        await using var router =
            InOrder(new() { Observers = { _log } }, FakeProvider.CutAfter("a", () => new IOException("reset"), "one ", "two"), b);
        var seen = "";
        var read = async () =>
        {
            await foreach (var update in ((IChatClient)router).GetStreamingResponseAsync(Hello))
                seen += update.Text;
        };
        // On purpose: not the client's IOException but a typed error with the text so far.
        var error = (await read.Should().ThrowAsync<LlmException>()).Which;
        (error.Kind, error.PartialText, error.ProviderName).Should().Be((LlmErrorKind.StreamInterrupted, "one two", "a"));
        error.Should().NotBeOfType<AllProvidersFailedException>();
        seen.Should().Be("one two");
        b.Calls.Should().Be(0);
        _log.Attempts.Should().ContainSingle().Which.Error.Should().BeSameAs(error);
        router.GetMetrics()["a"].FailedRequests.Should().Be(1);
    }

    [Fact]
    public async Task A_buffered_call_that_is_cut_starts_over_elsewhere_for_nothing_was_handed_out()
    {
        await using var router =
            InOrder(null, FakeProvider.CutAfter("a", () => new IOException("reset"), "one ", "two"), FakeProvider.Answering("b", "whole"));
        (await router.AskAsync(streamed: false)).Should().Be("whole");
    }

    [Theory]
    [BothModes]
    public async Task Completion_is_reported_once(bool streamed)
    {
        await using var router = InOrder(new() { Observers = { _log } }, FakeProvider.Answering("a", "one ", "two"));
        (await router.AskAsync(streamed)).Should().Be("one two");
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Succeeded);
    }

    [Theory]
    [BothModes]
    public async Task Completion_of_an_empty_stream_with_a_finish_reason_is_reported_too(bool streamed)
    {
        await using var router = InOrder(new() { Observers = { _log } }, new FakeProvider("a", (_, _) => Some.Updates(Some.Finish())));
        (await router.AskAsync(streamed)).Should().BeEmpty();
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Succeeded);
    }

    [Theory]
    [BothModes]
    public async Task A_stream_that_ends_with_nothing_at_all_is_malformed_on_purpose_and_fails_over(bool streamed)
    {
        // Microsoft.Extensions.AI takes it for an empty answer; to us it is a server that hung up.
        await using var router =
            InOrder(new() { Observers = { _log } }, new FakeProvider("a", (_, _) => Some.Updates()), FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task A_caller_who_stops_early_is_reported_as_abandoned_once()
    {
        var closed = 0;
        var a = new FakeProvider("a", (_, token) => EndlessAsync(() => closed++, token));
        await using var router = InOrder(new() { Observers = { _log } }, a, FakeProvider.Answering("b", "never asked"));
        var stream = ((IChatClient)router).GetStreamingResponseAsync(Hello).GetAsyncEnumerator();
        (await stream.MoveNextAsync()).Should().BeTrue();
        _log.Attempts.Should().BeEmpty("it still runs");
        await stream.DisposeAsync();
        await stream.DisposeAsync();

        (await stream.MoveNextAsync()).Should().BeFalse("a disposed stream is over");
        var attempt = _log.Attempts.Should().ContainSingle().Subject;
        (attempt.Outcome, attempt.Error).Should().Be((AttemptOutcome.Abandoned, null));
        attempt.Usage.CompletionTokens.Should().BeGreaterThan(0, "vendors bill what they sent");
        closed.Should().Be(1);
        var metrics = router.GetMetrics();
        (metrics["a"].AbandonedRequests, metrics["a"].InFlight, metrics["b"].TotalRequests).Should().Be((1, 0, 0));
        metrics["a"].RecentErrorRate.Should().Be(0);
    }

    [Fact]
    public async Task A_stream_that_is_never_enumerated_asks_no_provider()
    {
        var a = FakeProvider.Answering("a", "never asked");
        await using var router = InOrder(new() { Observers = { _log } }, a);
        await ((IChatClient)router).GetStreamingResponseAsync(Hello).GetAsyncEnumerator().DisposeAsync();
        a.Calls.Should().Be(0);
        _log.Attempts.Should().BeEmpty();
    }

    [Fact]
    public async Task While_an_update_is_awaited_neither_another_is_given_nor_the_stream_closed()
    {
        await using var router = InOrder(null, FakeProvider.Silent("silent"));
        var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var first = stream.MoveNextAsync().AsTask();
        (await Assert.ThrowsAsync<InvalidOperationException>(() => stream.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5))))
            .Message.Should().Contain("one reader");
        first.IsCompleted.Should().BeFalse("it goes on as if nothing had been");
        await Assert.ThrowsAsync<NotSupportedException>(() => stream.DisposeAsync().AsTask());
        // The disposal holds nevertheless: it cancels the call, which ends soon after.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(TimeSpan.FromSeconds(20)));
        await stream.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_enumerated_twice_is_two_calls()
    {
        var a = FakeProvider.Answering("a", "ok");
        await using var router = InOrder(new() { Observers = { _log } }, a);
        var stream = ((IChatClient)router).GetStreamingResponseAsync(Hello);
        await stream.CountAsync();
        await stream.CountAsync();
        _log.Attempts.Select(x => x.CallId).Distinct().Should().HaveCount(2);
    }

    [Theory]
    [BothModes]
    public async Task A_failure_to_close_after_a_whole_answer_is_logged_and_the_answer_stands(bool streamed)
    {
        // On purpose: Microsoft.Extensions.AI lets it replace the answer. The caller paid for that answer, so it gets it.
        using var logs = new Logs();
        var a = BrokenStream.Provider(
            "a", BreakAt.Disposal, () => new IOException("close failed on purpose"), Some.Word("ok"), Some.Finish());
        var b = FakeProvider.Answering("b", "never asked");
        await using var router = InOrder(new() { Observers = { _log } }, null, logs, a, b);
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Succeeded);
        logs.Named("llm_provider_close_failed").Should().ContainSingle().Which.Exception.Should().BeOfType<IOException>();
        b.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task Every_stream_that_was_opened_is_closed_once(bool streamed)
    {
        var opened = new List<BrokenStream>();
        FakeProvider Opens(string name, params ChatResponseUpdate[] updates) => new(name, (_, _) =>
        {
            opened.Add(new BrokenStream(
                updates.Length == 0 ? BreakAt.FirstPullLater : BreakAt.Creation, () => new IOException("reset"), updates));
            return opened[^1];
        });
        await using var router = InOrder(null, Opens("a"), Opens("b", Some.Word("ok"), Some.Finish()));
        (await router.AskAsync(streamed)).Should().Be("ok");
        opened.Select(s => s.Disposals).Should().Equal(1, 1);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> EndlessAsync(
        Action onClose, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            while (true)
            {
                yield return Some.Word("word ");
                await Task.Delay(1, token);
            }
        }
        finally
        {
            onClose();
        }
    }
}
