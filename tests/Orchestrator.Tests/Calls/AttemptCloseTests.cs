using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Providers that take their time to close their stream, or fail to.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its providers hold nothing.")]
public class AttemptCloseTests
{
    private readonly HandClock _clock = new();
    private readonly AttemptLog _log = new();
    private readonly Logs _logs = new();
    private readonly TaskCompletionSource _closing = new();
    private readonly HandProvider _a = new("a");

    [Theory]
    [BothModes]
    public async Task The_attempt_ends_when_its_stream_is_closed(bool streamed)
    {
        using var router = NewRouter(new());
        var call = Answer(router, streamed, "ok");
        _clock.Pass(0.5);
        _log.Attempts.Should().BeEmpty();
        _closing.SetResult();
        (await call).Should().Be("ok");
        _log.Attempts.Should().ContainSingle().Which
            .Should().Match<LlmAttempt>(a => a.Outcome == AttemptOutcome.Succeeded && a.Duration == TimeSpan.FromSeconds(0.5));
        _logs.Named("llm_provider_close_failed").Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task A_whole_answer_stands_when_closing_fails_later(bool streamed)
    {
        using var router = NewRouter(new());
        var call = Answer(router, streamed, "ok");
        _closing.SetException(new TimeoutException("on purpose"));
        (await call).Should().Be("ok");
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Succeeded);
        _logs.Named("llm_provider_close_failed").Should().ContainSingle().Which.Exception!.Message.Should().Be("on purpose");
    }

    [Theory]
    [BothModes]
    public async Task An_empty_answer_fails_over_with_what_its_closing_failed_with(bool streamed)
    {
        using var router = NewRouter(new(), FakeProvider.Answering("b", "ok"));
        var call = Answer(router, streamed);
        _closing.SetException(new IOException("on purpose"));
        (await call).Should().Be("ok");
        _log.Attempts.Select(a => a.Error?.Kind).Should().Equal(LlmErrorKind.Unavailable, null);
    }

    [Theory]
    [BothModes]
    public async Task A_stream_that_does_not_close_costs_a_second_and_its_provider_is_let_go_when_it_has(bool streamed)
    {
        using var router = NewRouter(new());
        var call = Answer(router, streamed, "ok");
        _clock.Timer.Due.Should().Be(TimeSpan.FromSeconds(1));
        _clock.Pass(1);
        _clock.Timer.Fire();
        (await call).Should().Be("ok");
        _logs.Named("llm_provider_close_failed").Should().ContainSingle().Which.Exception.Should().BeOfType<TimeoutException>();
        var metrics = router.GetMetrics()["a"];
        (metrics.SuccessfulRequests, metrics.InFlight).Should().Be((1, 1), "its code still runs");

        router.RemoveProvider("a").Should().BeTrue();
        _a.Disposals.Should().Be(0, "its code still runs");
        _a.Token.IsCancellationRequested.Should().BeTrue("it hears that its second is over");
        _closing.SetResult();
        await UntilAsync(() => _a.Disposals == 1);
        _a.Closes.Should().Be(1);
    }

    [Fact]
    public async Task No_limit_runs_out_while_a_provider_that_failed_closes_its_stream()
    {
        using var router = NewRouter(new() { Call = TimeSpan.FromSeconds(5) });
        var call = router.RouteAsync("hello").WaitAsync(Patience);
        var timer = _clock.Timer;
        _clock.Pass(4.5);
        _a.Fail();
        _clock.Pass(0.5);
        timer.Fire();
        _a.Token.IsCancellationRequested.Should().BeFalse();
        _closing.SetResult();
        (await Assert.ThrowsAsync<AllProvidersFailedException>(() => call)).Kind.Should().Be(LlmErrorKind.ServerError);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(1, "it is to blame, not the call's deadline");
        timer.IsDisposed.Should().BeTrue();
    }

    [Theory]
    [BothModes]
    public async Task Closing_that_fails_after_a_cancellation_is_logged(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        using var router = NewRouter(new());
        _a.OnClose = () => throw new IOException("on purpose");
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token).WaitAsync(Patience);
        cancel.Cancel();
        _a.Give(new ChatResponseUpdate());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Cancelled);
        _logs.Named("llm_provider_close_failed").Should().ContainSingle().Which.Exception.Should().BeOfType<IOException>();
    }

    [Fact]
    public async Task A_provider_that_never_made_a_stream_has_none_to_close()
    {
        var broken = BrokenStream.Provider("broken", BreakAt.Creation, () => new IOException("on purpose"));
        using var router = InOrder(null, _clock, _logs, broken, FakeProvider.Answering("next", "ok"));
        (await router.AskAsync(streamed: false)).Should().Be("ok");
        _logs.Named("llm_provider_close_failed").Should().BeEmpty();
    }

    /// <summary>Starts a call and has its answer said to the end; what is left is the closing.</summary>
    private Task<string> Answer(Router router, bool streamed, string? word = null)
    {
        var call = router.AskAsync(streamed).WaitAsync(Patience);
        if (word is not null)
            _a.Give(word);
        _a.End();
        _a.Closes.Should().Be(1);
        return call;
    }

    private Router NewRouter(TimeoutOptions limits, params ILlmProvider[] others)
    {
        _a.OnClose = () => _closing.Task;
        return InOrder(new() { Timeouts = limits, Observers = { _log } }, _clock, _logs, [_a, .. others]);
    }
}
