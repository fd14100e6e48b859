using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

public class LimitsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes]
    public async Task The_attempt_limit_hands_a_silent_provider_s_call_to_the_next(bool streamed)
    {
        await using var router =
            NewRouter(FakeProvider.Silent("slow"), FakeProvider.Answering("fast", "ok"), new() { FirstToken = Timeout.InfiniteTimeSpan });
        var call = router.RunAsync(streamed);
        await AdvanceAsync(TimeSpan.FromSeconds(59.9));
        call.IsCompleted.Should().BeFalse();
        await AdvanceAsync(TimeSpan.FromSeconds(0.2));

        (await call.WaitAsync(TimeSpan.FromSeconds(10))).Text.Should().Be("ok");
        _log.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.Timeout);
        _log.Attempts[0].Error!.Message.Should().Contain("Timeouts.Attempt").And.Contain("60 s");
        _log.Attempts[0].Duration.Should().BeCloseTo(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(0.2));
    }

    [Fact]
    public async Task The_first_token_limit_holds_only_while_another_provider_could_answer()
    {
        await using var router = NewRouter(FakeProvider.Silent("slow"), FakeProvider.Silent("slower"), null);
        var call = router.RunAsync(streamed: true);
        await AdvanceAsync(TimeSpan.FromSeconds(10.1));
        await UntilAsync(() => _log.Attempts.Count == 1);
        _log.Attempts[0].Error!.Message.Should().Contain("Timeouts.FirstToken");

        await AdvanceAsync(TimeSpan.FromSeconds(50));
        call.IsCompleted.Should().BeFalse("the last candidate has the whole attempt limit");
        await AdvanceAsync(TimeSpan.FromSeconds(10.1));
        var error = await Assert.ThrowsAsync<AllProvidersFailedException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        error.Attempts[1].Error!.Message.Should().Contain("Timeouts.Attempt");
    }

    [Theory]
    [BothModes]
    public async Task The_call_limit_ends_the_call_and_counts_against_no_provider(bool streamed)
    {
        await using var router = NewRouter(FakeProvider.Silent("a"), FakeProvider.Answering("b", "never asked"),
            new() { Call = TimeSpan.FromSeconds(5), FirstToken = Timeout.InfiniteTimeSpan });
        var call = router.RunAsync(streamed);
        await AdvanceAsync(TimeSpan.FromSeconds(5.1));

        var error = await Assert.ThrowsAsync<AllProvidersFailedException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        error.Kind.Should().Be(LlmErrorKind.Timeout);
        error.Attempts.Should().ContainSingle();
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);
        router.GetMetrics()["a"].FailedRequests.Should().Be(1);
    }

    [Fact]
    public async Task The_idle_limit_ends_a_stream_that_stalls_and_keeps_its_text()
    {
        var stalls = new FakeProvider("stalls", (_, token) => StallAsync(token));
        await using var router = NewRouter(stalls, FakeProvider.Answering("next", "other"), null);
        var text = "";
        var call = Task.Run(async () =>
        {
            await foreach (var update in router.RouteStreamAsync("hello"))
                text += update.Text;
        });
        await UntilAsync(() => text == "one two ");
        await AdvanceAsync(TimeSpan.FromSeconds(29.9));
        call.IsCompleted.Should().BeFalse();
        await AdvanceAsync(TimeSpan.FromSeconds(0.2));

        var error = await Assert.ThrowsAsync<LlmException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        error.Kind.Should().Be(LlmErrorKind.Timeout);
        error.PartialText.Should().Be("one two ");
        error.Message.Should().NotContain("one two");
    }

    [Theory]
    [InlineData(0, 4, 50)]
    [InlineData(40, 1, 5)]
    public async Task The_idle_limit_does_not_hold_for_an_attempt_that_is_not_streamed(int before, int words, int seconds)
    {
        var steady = new FakeProvider("steady", (_, token) => WordsAsync(before, words, seconds / words, token));
        await using var router = NewRouter(steady, null, null);
        var call = router.RouteAsync("hello");
        await AdvanceAsync(TimeSpan.FromSeconds(before + seconds + 1));

        (await call.WaitAsync(TimeSpan.FromSeconds(10))).Text.Should().Be(string.Concat(Enumerable.Repeat("word ", words)));
        _log.Attempts.Should().ContainSingle().Which.Should().Match<LlmAttempt>(a => !a.Streaming && a.Outcome == AttemptOutcome.Succeeded);

        async IAsyncEnumerable<ChatResponseUpdate> WordsAsync(
            int wait, int count, int pace, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            await Task.Delay(TimeSpan.FromSeconds(wait), _time, token);
            for (var i = 0; i < count; i++)
            {
                yield return Some.Word("word ");
                await Task.Delay(TimeSpan.FromSeconds(pace), _time, token);
            }
        }
    }

    [Fact]
    public async Task Limits_stand_still_while_the_consumer_holds_an_update()
    {
        await using var router =
            NewRouter(FakeProvider.Answering("a", "one ", "two ", "three"), null, new() { Stream = TimeSpan.FromSeconds(5) });
        var words = 0;
        await foreach (var update in router.RouteStreamAsync("hello"))
        {
            words += update.Text.Length > 0 ? 1 : 0;
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        words.Should().Be(3);
        _log.Attempts.Should().ContainSingle().Which.Duration.Should().Be(TimeSpan.Zero, "the consumer's own time is not latency");
    }

    [Theory]
    [BothModes]
    public async Task A_provider_that_ignores_its_token_is_orphaned_after_a_second(bool streamed)
    {
        var release = new TaskCompletionSource();
        var deaf = new FakeProvider("deaf", (_, _) => DeafAsync(release.Task));
        var router = NewRouter(deaf, FakeProvider.Answering("next", "ok"), new() { FirstToken = Timeout.InfiniteTimeSpan });
        var call = router.RunAsync(streamed);
        await AdvanceAsync(TimeSpan.FromSeconds(60.1));
        call.IsCompleted.Should().BeFalse("it has a second to come back");
        await AdvanceAsync(TimeSpan.FromSeconds(1.1));
        (await call.WaitAsync(TimeSpan.FromSeconds(10))).Text.Should().Be("ok");
        router.GetMetrics()["deaf"].InFlight.Should().Be(1, "it still runs");

        router.RemoveProvider("deaf").Should().BeTrue();
        deaf.Disposals.Should().Be(0, "it still runs");
        release.SetResult();
        await UntilAsync(() => deaf.Disposals == 1);
        await router.DisposeAsync();
    }

    [Theory]
    [BothModes]
    public async Task The_caller_s_cancellation_frees_the_caller_of_a_provider_that_ignores_its_token(bool streamed)
    {
        var release = new TaskCompletionSource();
        await using var router =
            NewRouter(new FakeProvider("deaf", (_, _) => DeafAsync(release.Task)), FakeProvider.Answering("next", "ok"), null);
        using var cancel = new CancellationTokenSource();
        var call = router.RunAsync(streamed, cancellationToken: cancel.Token);
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        cancel.Cancel();
        await AdvanceAsync(TimeSpan.FromSeconds(1.1));

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)));
        error.CancellationToken.Should().Be(cancel.Token);
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Cancelled);
        release.SetResult();
    }

    [Fact]
    public async Task The_request_s_limits_win_over_the_provider_s_and_those_over_the_router_s()
    {
        var slow = new FakeProvider("slow", (_, token) => Some.Silence(token))
        {
            Info = new("slow", "mock", "m") { Timeouts = new() { Attempt = TimeSpan.FromSeconds(7) } }
        };
        await using var router = new Router(new RouterOptions { Observers = { _log } }, timeProvider: _time);
        router.AddProvider(slow);
        var byProvider = router.RouteAsync("hello");
        await AdvanceAsync(TimeSpan.FromSeconds(7.1));
        (await Assert.ThrowsAsync<AllProvidersFailedException>(() => byProvider)).Message.Should().Contain("Timeout");

        var byRequest = router.RouteAsync(new LlmRequest("hello") { Timeouts = new() { Attempt = TimeSpan.FromSeconds(2) } });
        await AdvanceAsync(TimeSpan.FromSeconds(2.1));
        await Assert.ThrowsAsync<AllProvidersFailedException>(() => byRequest);
        _log.Attempts.Select(a => Math.Round(a.Duration.TotalSeconds)).Should().Equal(7, 2);
        _log.Attempts[0].Error!.Message.Should().Contain("the 7 s that");
        _log.Attempts[1].Error!.Message.Should().Contain("the 2 s that");
    }

    [Fact]
    public void A_limit_of_zero_is_refused_by_name()
    {
        var make = () => new TimeoutOptions { Attempt = TimeSpan.Zero };
        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Attempt must be longer than zero*");
    }

    [Fact]
    public async Task A_stream_of_updates_that_never_waits_still_meets_its_limit()
    {
        var chatter = new FakeProvider("chatter", (_, _) => EndlessAsync());
        await using var router = NewRouter(chatter, null, null);
        var call = () => router.RouteAsync("hello");
        (await call.Should().ThrowAsync<AllProvidersFailedException>()).Which.Kind.Should().Be(LlmErrorKind.Timeout);

        async IAsyncEnumerable<ChatResponseUpdate> EndlessAsync()
        {
            await Task.CompletedTask;
            while (true)
            {
                _time.Advance(TimeSpan.FromSeconds(0.1));
                yield return new ChatResponseUpdate();
            }
        }
    }

    [Fact]
    public async Task What_a_live_stream_took_after_its_first_content_leaves_the_call_s_limit_to_the_restart()
    {
        var breaks = new FakeProvider("breaks", (_, token) => SlowAsync(token));
        var late = new FakeProvider("late", (_, token) => LateAsync(token));
        await using var router = new Router(new RouterOptions
        {
            Strategy = RoutingStrategy.FirstAvailable,
            MidStream = MidStreamMode.Restart,
            Observers = { _log }
        }, timeProvider: _time);
        router.AddProvider(breaks).AddProvider(late);
        var call = router.RunAsync(streamed: true);
        await AdvanceAsync(TimeSpan.FromSeconds(155));

        (await call.WaitAsync(TimeSpan.FromSeconds(10))).Text.Should().EndWith("whole");
        _log.Attempts.Select(a => (a.Role, a.Outcome))
            .Should().Equal((AttemptRole.First, AttemptOutcome.Failed), (AttemptRole.Restart, AttemptOutcome.Succeeded));

        async IAsyncEnumerable<ChatResponseUpdate> SlowAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            for (var i = 0; i < 7; i++)
            {
                yield return Some.Word("cut ");
                await Task.Delay(TimeSpan.FromSeconds(20), _time, token);
            }

            throw new LlmException(LlmErrorKind.StreamInterrupted, "cut on purpose");
        }

        async IAsyncEnumerable<ChatResponseUpdate> LateAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), _time, token);
            yield return Some.Word("whole");
            yield return Some.Finish();
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> StallAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        yield return Some.Word("one ");
        yield return Some.Word("two ");
        await Task.Delay(Timeout.Infinite, token);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> DeafAsync(Task release)
    {
        await release;
        yield break;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            i.Should().BeLessThan(1000, "the condition should come true within ten seconds");
            await Task.Delay(10);
        }
    }

    private Router NewRouter(ILlmProvider first, ILlmProvider? second, TimeoutOptions? limits)
    {
        var router = new Router(new RouterOptions
        {
            Strategy = RoutingStrategy.FirstAvailable,
            Timeouts = limits ?? new(),
            Observers = { _log }
        }, timeProvider: _time);
        router.AddProvider(first);
        if (second is not null)
            router.AddProvider(second);
        return router;
    }

    /// <summary>Moves the clock in small steps, so that a timer that fires early and sleeps again is seen doing so.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1))
        {
            await Task.Delay(1);
            _time.Advance(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }

        await Task.Delay(5);
    }
}
