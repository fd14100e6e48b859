using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A provider that ignores its cancellation: the second it has to return, and what happens when it returns later.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its providers hold nothing.")]
public class AttemptCancelledTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private readonly HandClock _clock = new();
    private readonly AttemptLog _log = new();
    private readonly Logs _logs = new();
    private readonly HandProvider _a = new("a");
    private readonly HandProvider _b = new("b");

    [Theory]
    [BothModes]
    public async Task A_provider_whose_caller_cancels_has_a_second_and_no_more(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        using var router = NewRouter(new(), _a, _b);
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token).WaitAsync(Patience);
        _clock.Pass(5);
        cancel.Cancel();
        _a.Token.IsCancellationRequested.Should().BeTrue("the provider hears at once");
        LeaveBehind(_clock.Timer);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Cancelled);
        _logs.Named("llm_provider_orphaned").Should().ContainSingle();
        (_b.WasAsked, _clock.Timer.IsDisposed).Should().Be((false, true));
    }

    [Theory]
    [BothModes]
    public async Task A_provider_whose_time_is_up_has_a_second_and_no_more(bool streamed)
    {
        using var router = NewRouter(new() { FirstToken = Timeout.InfiniteTimeSpan }, _a, FakeProvider.Answering("b", "ok"));
        var call = router.AskAsync(streamed).WaitAsync(Patience);
        _clock.Pass(60);
        _clock.Timer.Fire();
        _a.Token.IsCancellationRequested.Should().BeTrue("the provider hears at once");
        LeaveBehind(_clock.Timer);

        (await call).Should().Be("ok");
        _logs.Named("llm_provider_orphaned").Should().ContainSingle();
        _log.Attempts[0].Error!.Message.Should().Contain("Timeouts.Attempt");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_orphaned_provider_is_closed_and_released_when_it_returns(bool fails)
    {
        using var cancel = new CancellationTokenSource();
        using var router = NewRouter(new(), _a);
        var call = router.RouteAsync("hello", cancellationToken: cancel.Token).WaitAsync(Patience);
        cancel.Cancel();
        _clock.Pass(1);
        _clock.Timer.Fire();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        router.RemoveProvider("a").Should().BeTrue();
        (_a.Closes, _a.Taken, _a.Disposals).Should().Be((0, 0, 0), "it still runs");

        if (fails)
            _a.Fail();
        else
            _a.Give("too late");
        // Also taken: a failure that no code observes is raised as an unobserved one.
        await UntilAsync(() => _a.Disposals == 1);
        (_a.Closes, _a.Taken).Should().Be((1, 1));
        _logs.Named("llm_provider_close_failed").Should().BeEmpty();
    }

    [Fact]
    public async Task An_orphaned_provider_that_fails_to_close_is_logged_and_released()
    {
        using var cancel = new CancellationTokenSource();
        using var router = NewRouter(new(), _a);
        _a.OnClose = () => throw new IOException("on purpose");
        var call = router.RouteAsync("hello", cancellationToken: cancel.Token).WaitAsync(Patience);
        cancel.Cancel();
        _clock.Pass(1);
        _clock.Timer.Fire();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        router.RemoveProvider("a");

        _a.End();
        await UntilAsync(() => _a.Disposals == 1);
        _logs.Named("llm_provider_close_failed").Should().ContainSingle().Which.Exception.Should().BeOfType<IOException>();
    }

    [Theory]
    [BothModes]
    public async Task The_second_counts_from_a_cancellation_before_the_wait(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        using var router = NewRouter(new(), _a);
        _a.OnPull = () =>
        {
            cancel.Cancel();
            _clock.Pass(0.4);
        };
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token).WaitAsync(Patience);
        _clock.Timer.Due.Should().Be(TimeSpan.FromSeconds(0.6));
        _a.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(null)]
    public async Task A_cancellation_while_the_timer_is_being_set_does_not_wait_for_the_limit(int? seconds)
    {
        var limit = seconds is { } s ? TimeSpan.FromSeconds(s) : Timeout.InfiniteTimeSpan;
        using var cancel = new CancellationTokenSource();
        using var router = NewRouter(new() { Attempt = limit, Call = limit }, _a);
        _clock.BeforeChange = cancel.Cancel;
        var call = router.RouteAsync("hello", cancellationToken: cancel.Token).WaitAsync(Patience);
        _clock.Timer.Due.Should().Be(Grace);
        _a.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [BothModes]
    public async Task A_disposed_router_cancels_the_providers_it_waits_for(bool streamed)
    {
        var router = NewRouter(new(), _a, _b);
        var call = router.AskAsync(streamed).WaitAsync(Patience);
        var timer = _clock.Timer;
        router.Dispose();
        await UntilAsync(() => timer.Due == Grace);
        _a.Token.IsCancellationRequested.Should().BeTrue();
        LeaveBehind(timer);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        _b.WasAsked.Should().BeFalse();
    }

    [Fact]
    public async Task A_disposed_router_cancels_the_provider_of_a_stream_whose_consumer_holds_an_update()
    {
        var router = NewRouter(new(), _a);
        await using var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask().WaitAsync(Patience);
        _a.Give("one");
        await next;
        router.Dispose();
        await UntilAsync(() => _a.Token.IsCancellationRequested);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await stream.MoveNextAsync());
    }

    [Fact]
    public async Task A_stream_cancelled_between_two_updates_asks_its_provider_for_no_more()
    {
        using var cancel = new CancellationTokenSource();
        using var router = NewRouter(new(), _a);
        await using var stream = router.RouteStreamAsync("hello", cancellationToken: cancel.Token).GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask().WaitAsync(Patience);
        _a.Give("one");
        await next;
        cancel.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => stream.MoveNextAsync().AsTask().WaitAsync(Patience));
        _a.Pulls.Should().Be(1);
    }

    [Fact]
    public async Task A_call_goes_on_without_the_thread_of_the_timer_that_orphaned_its_provider()
    {
        bool? pooled = null;
        using var router =
            InOrder(new() { Observers = { new Acting(() => pooled = Thread.CurrentThread.IsThreadPoolThread) } }, _clock, null, _a);
        var call = router.RouteAsync("hello").WaitAsync(Patience);
        _clock.Pass(60);
        _clock.Timer.Fire();
        _clock.Pass(1);
        var timers = new Thread(_clock.Timer.Fire);
        timers.Start();
        timers.Join();
        await Assert.ThrowsAsync<AllProvidersFailedException>(() => call);
        pooled.Should().BeTrue();
    }

    /// <summary>The timer of an attempt cancelled just now, early twice and then in time.</summary>
    private void LeaveBehind(HandTimer timer)
    {
        timer.Due.Should().Be(Grace);
        timer.Fire();
        timer.Due.Should().Be(Grace, "not a moment has passed");
        _clock.Pass(0.4);
        timer.Fire();
        timer.Due.Should().Be(TimeSpan.FromSeconds(0.6));
        _log.Attempts.Should().BeEmpty();
        _clock.Pass(0.6);
        timer.Fire();
    }

    private Router NewRouter(TimeoutOptions limits, params ILlmProvider[] providers) =>
        InOrder(new() { Timeouts = limits, Observers = { _log } }, _clock, _logs, providers);
}
