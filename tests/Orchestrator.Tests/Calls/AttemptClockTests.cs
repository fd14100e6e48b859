using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What an attempt sets its timer for, and what counts as its time.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its providers hold nothing.")]
public class AttemptClockTests
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;
    private readonly HandClock _clock = new();
    private readonly AttemptLog _log = new();
    private readonly HandProvider _a = new("a");
    private readonly HandProvider _b = new("b");

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 60)]
    public async Task The_first_token_limit_holds_where_another_provider_could_answer_a_stream(bool streamed, int seconds)
    {
        using var router = NewRouter(new(), _a, _b);
        var call = router.AskAsync(streamed).WaitAsync(Patience);
        _clock.Timer.Due.Should().Be(Seconds(seconds));
        _a.Give("ok");
        _a.Finish();
        (await call).Should().Be("ok");
    }

    [Theory]
    [InlineData(50, 30)]
    [InlineData(90, 60)]
    public async Task What_earlier_attempts_took_is_taken_off_the_call_s_limit(int limit, int left)
    {
        using var router = NewRouter(new() { Call = Seconds(limit) }, _a, _b);
        var call = router.RouteAsync("hello").WaitAsync(Patience);
        _clock.Pass(20);
        _a.Fail();
        _b.WasAsked.Should().BeTrue();
        _clock.Timer.Due.Should().Be(Seconds(left));
        _b.Give("ok");
        _b.Finish();
        await call;
    }

    [Fact]
    public async Task Of_limits_that_run_out_together_the_attempt_s_own_counts_against_its_provider()
    {
        using var router = NewRouter(new() { Attempt = Seconds(10), Call = Seconds(10), FirstToken = Seconds(10) }, _a, _b);
        var call = router.AskAsync(streamed: true).WaitAsync(Patience);
        _clock.Pass(10);
        _clock.Timer.Fire();
        _a.Fail(new OperationCanceledException(_a.Token));
        _log.Attempts[0].Error!.Message.Should().Contain("Timeouts.Attempt").And.Contain("10 s");
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(1);
        _b.Give("ok");
        _b.Finish();
        (await call).Should().Be("ok");
    }

    [Fact]
    public async Task The_idle_limit_counts_from_the_last_content_whatever_else_comes()
    {
        using var router = NewRouter(new(), _a);
        var call = router.AskAsync(streamed: true).WaitAsync(Patience);
        _clock.Pass(10);
        _a.Give("one ");
        _clock.Timer.Due.Should().Be(Seconds(30));
        _clock.Pass(12);
        _a.Give(new ChatResponseUpdate());
        _clock.Timer.Due.Should().Be(Seconds(18));
        _clock.Pass(1);
        _a.Give("two");
        _clock.Timer.Due.Should().Be(Seconds(30));
        _a.Finish();
        (await call).Should().Be("one two");
    }

    [Fact]
    public async Task The_stream_limit_counts_from_the_first_content()
    {
        using var router = NewRouter(new() { Stream = Seconds(20), Idle = Never }, _a);
        var call = router.AskAsync(streamed: true).WaitAsync(Patience);
        _clock.Pass(4);
        _a.Give("one ");
        _clock.Timer.Due.Should().Be(Seconds(20));
        _clock.Pass(5);
        _a.Give("two");
        _clock.Timer.Due.Should().Be(Seconds(15));
        _clock.Pass(15);
        _clock.Timer.Fire();
        _a.Token.IsCancellationRequested.Should().BeTrue();
        _a.Fail(new OperationCanceledException(_a.Token));
        (await Assert.ThrowsAsync<LlmException>(() => call)).Message.Should().Contain("Timeouts.Stream").And.Contain("20 s");
    }

    [Fact]
    public async Task Without_any_limit_the_timer_is_not_set()
    {
        using var router = NewRouter(new() { Attempt = Never, Call = Never, FirstToken = Never, Idle = Never, Stream = Never }, _a, _b);
        var call = router.AskAsync(streamed: true).WaitAsync(Patience);
        _clock.Timer.Due.Should().Be(Never);
        _a.Give("ok");
        _clock.Timer.Due.Should().Be(Never);
        _a.Finish();
        await call;
    }

    [Fact]
    public async Task A_limit_of_months_is_slept_in_pieces_that_a_timer_can_take()
    {
        using var router = NewRouter(new() { Attempt = TimeSpan.FromDays(100), Call = Never }, _a);
        var call = router.RouteAsync("hello").WaitAsync(Patience);
        foreach (var piece in new[] { 40, 40, 20 })
        {
            _a.Token.IsCancellationRequested.Should().BeFalse();
            _clock.Timer.Due.Should().Be(TimeSpan.FromDays(piece));
            _clock.Pass(TimeSpan.FromDays(piece));
            _clock.Timer.Fire();
        }

        _a.Token.IsCancellationRequested.Should().BeTrue();
        _a.Fail(new OperationCanceledException(_a.Token));
        (await Assert.ThrowsAsync<AllProvidersFailedException>(() => call)).Kind.Should().Be(LlmErrorKind.Timeout);
    }

    [Fact]
    public async Task A_timer_that_fires_early_sleeps_on_and_all_waits_share_the_one()
    {
        using var router = NewRouter(new(), _a);
        var call = router.RouteAsync("hello").WaitAsync(Patience);
        _clock.Pass(50);
        _clock.Timer.Fire();
        _a.Token.IsCancellationRequested.Should().BeFalse();
        _clock.Timer.Due.Should().Be(Seconds(10));
        _a.Give("one ");
        _a.Give("two");
        _a.Finish();
        (await call).Text.Should().Be("one two");
        _clock.Timers.Should().ContainSingle().Which.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task A_timer_that_fires_while_the_consumer_holds_an_update_ends_nothing()
    {
        using var router = NewRouter(new(), _a);
        await using var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask().WaitAsync(Patience);
        _a.Give("one");
        (await next).Should().BeTrue();
        _clock.Pass(1000);
        _clock.Timer.Fire();
        _a.Token.IsCancellationRequested.Should().BeFalse();

        next = stream.MoveNextAsync().AsTask().WaitAsync(Patience);
        _clock.Timer.Due.Should().Be(Seconds(30));
        _a.Give(Some.Finish());
        (await next).Should().BeTrue();
    }

    [Fact]
    public async Task The_consumer_s_own_time_is_none_of_the_attempt_s_and_all_the_rest_is()
    {
        using var router = NewRouter(new(), _a);
        await using var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask().WaitAsync(Patience);
        _clock.Pass(2);
        _a.Give("one");
        await next;
        _clock.Pass(600);
        next = stream.MoveNextAsync().AsTask().WaitAsync(Patience);
        _clock.Pass(3);
        _a.End();
        await next;
        _log.Attempts[0].Duration.Should().Be(Seconds(5));
    }

    [Fact]
    public async Task A_consumer_that_leaves_long_after_an_update_does_not_make_the_attempt_longer()
    {
        using var router = NewRouter(new(), _a);
        await using (var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator())
        {
            var next = stream.MoveNextAsync().AsTask().WaitAsync(Patience);
            _clock.Pass(2);
            _a.Give("one");
            await next;
            _clock.Pass(600);
        }

        _log.Attempts[0].Duration.Should().Be(Seconds(2));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private Router NewRouter(TimeoutOptions limits, params ILlmProvider[] providers) =>
        InOrder(new() { Timeouts = limits, Observers = { _log } }, _clock, null, providers);
}
