using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Testing;
using Orchestrator.Tests.Health;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Failover as users of Microsoft.Extensions.AI know it: cancellation.</summary>
public class FailoverCasesCancellationTests
{
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes]
    public async Task The_caller_s_cancellation_selects_no_other_provider_and_is_reported_once(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var (silent, b) = (FakeProvider.Silent("silent"), FakeProvider.Answering("b", "never asked"));
        await using var router = InOrder(new() { Observers = { _log } }, silent, b);
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => silent.Calls == 1);
        await cancel.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(20)));
        error.CancellationToken.Should().Be(cancel.Token);
        b.Calls.Should().Be(0);
        var attempt = _log.Attempts.Should().ContainSingle().Subject;
        (attempt.Outcome, attempt.Error).Should().Be((AttemptOutcome.Cancelled, null));
        var metrics = router.GetMetrics()["silent"];
        (metrics.CancelledRequests, metrics.FailedRequests, metrics.RecentErrorRate, metrics.InFlight).Should().Be((1, 0, 0, 0));
    }

    [Theory]
    [BothModes]
    public async Task Cancellation_wins_over_a_provider_that_answers_it_with_a_failure(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var a = new FakeProvider("a", (_, token) => FailWhenCancelledAsync(token));
        var b = FakeProvider.Answering("b", "never asked");
        await using var router = InOrder(new() { Observers = { _log } }, a, b);
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => a.Calls == 1);
        await cancel.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(20)));
        error.CancellationToken.Should().Be(cancel.Token);
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Cancelled);
        b.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task Cancellation_is_observed_between_attempts_too(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        // The observer runs between the first attempt's end and the second one's start.
        var cancelling = new Acting(() => cancel.Cancel());
        var b = FakeProvider.Answering("b", "never asked");
        await using var router =
            InOrder(new() { Observers = { cancelling, _log } }, FakeProvider.Failing("a", LlmErrorKind.ServerError), b);
        await router.FailAsync<OperationCanceledException>(streamed, cancellationToken: cancel.Token);
        b.Calls.Should().Be(0);
        _log.Attempts.Should().ContainSingle().Which.Outcome
            .Should().Be(AttemptOutcome.Failed, "it had failed before the caller cancelled");
    }

    [Theory]
    [BothModes]
    public async Task A_token_that_fired_before_the_call_lets_no_provider_be_asked(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var a = FakeProvider.Answering("a", "never asked");
        await using var router = InOrder(new() { Observers = { _log } }, a);
        (await router.FailAsync<OperationCanceledException>(streamed, cancellationToken: cancel.Token)).CancellationToken
            .Should().Be(cancel.Token);
        a.Calls.Should().Be(0);
        _log.Attempts.Should().BeEmpty();
    }

    [Fact]
    public async Task A_stream_cancelled_midway_throws_the_caller_s_token_and_keeps_what_it_used()
    {
        using var cancel = new CancellationTokenSource();
        var a = new FakeProvider("a", (_, token) => WordThenSilenceAsync(token));
        var b = FakeProvider.Answering("b", "never asked");
        await using var router = InOrder(new() { Observers = { _log } }, a, b);
        var text = "";
        var read = async () =>
        {
            await foreach (var update in router.RouteStreamAsync("hello").WithCancellation(cancel.Token))
            {
                text += update.Text;
                await cancel.CancelAsync();
            }
        };
        (await read.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken
            .Should().Be(cancel.Token, "either way of giving the token will do");
        text.Should().Be("word ");
        b.Calls.Should().Be(0);
        var attempt = _log.Attempts.Should().ContainSingle().Subject;
        attempt.Outcome.Should().Be(AttemptOutcome.Cancelled);
        attempt.Usage.CompletionTokens.Should().BeGreaterThan(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_was_given_two_tokens_hears_either(bool own)
    {
        using CancellationTokenSource first = new(), second = new();
        var silent = FakeProvider.Silent("silent");
        await using var router = InOrder(null, silent);
        var call = router.RouteStreamAsync("hello", cancellationToken: first.Token).CountAsync(second.Token).AsTask();
        await UntilAsync(() => silent.Calls == 1);
        var cancelled = own ? first : second;
        await cancelled.CancelAsync();
        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(10)))).CancellationToken
            .Should().Be(cancelled.Token);
    }

    [Fact]
    public async Task An_ended_stream_hears_neither_of_its_tokens_and_one_token_needs_no_second_source()
    {
        using CancellationTokenSource first = new(), second = new();
        await using var router = InOrder(null, FakeProvider.Answering("a", "ok"));
        StreamedCall Stream(CancellationToken own, CancellationToken enumerator) =>
            (StreamedCall)router.RouteStreamAsync("hello", cancellationToken: own).GetAsyncEnumerator(enumerator);
        var call = Stream(first.Token, second.Token);
        while (await call.MoveNextAsync())
        {
            // To the end.
        }

        foreach (var (own, enumerator) in new[] { (first.Token, first.Token), (first.Token, default), (default, first.Token) })
            Stream(own, enumerator).Token.Should().Be(first.Token);
        await first.CancelAsync();
        await second.CancelAsync();
        call.Token.IsCancellationRequested.Should().BeFalse("a token that lives long must not keep what has ended");
    }

    [Theory]
    [BothModes]
    public async Task Cancellation_while_the_plan_is_made_asks_no_provider_and_before_it_not_even_the_strategy(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var plans = 0;
        var strategy = new CustomRanking(candidates =>
        {
            plans++;
            cancel.Cancel();
            return candidates;
        });
        var a = FakeProvider.Answering("a", "never asked");
        await using var router = new Router(new RouterOptions { CustomStrategy = strategy, Observers = { _log } }).AddProvider(a);
        for (var i = 0; i < 2; i++)
            (await router.FailAsync<OperationCanceledException>(streamed, cancellationToken: cancel.Token)).CancellationToken
                .Should().Be(cancel.Token);
        (plans, a.Calls, _log.Attempts.Count, router.GetMetrics()["a"].InFlight).Should().Be((1, 0, 0, 0));
    }

    [Theory]
    [BothModes]
    public async Task Cancellation_while_a_first_probe_is_waited_for_is_the_caller_s_too(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var probed = new ProbedProvider();
        await using var router = InOrder(new() { Observers = { _log } }, probed);
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await probed.Asked(1);
        await cancel.CancelAsync();
        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(20)))).CancellationToken
            .Should().Be(cancel.Token);
        _log.Attempts.Should().BeEmpty();
    }

    [Fact]
    public async Task Cancelling_the_wait_for_a_retry_does_not_run_the_caller_s_continuation_inline()
    {
        var clock = new VirtualClock();
        using var cancel = new CancellationTokenSource();
        await using var router = InOrder(new() { Retry = new() }, clock, null, FakeProvider.Failing("a", LlmErrorKind.ServerError));
        var call = router.RouteAsync("hello", cancellationToken: cancel.Token);
        await UntilAsync(() => clock.Waiting == 1);
        var next = call.ContinueWith(
            _ => Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var canceller = new Thread(cancel.Cancel);
        canceller.Start();
        canceller.Join();
        (await next.WaitAsync(TimeSpan.FromSeconds(20))).Should().NotBeSameAs(canceller);
        call.IsCanceled.Should().BeTrue();
    }

    [Theory]
    [BothModes]
    public async Task An_OperationCanceledException_that_is_not_the_caller_s_is_a_timeout_and_fails_over(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        await using var router = InOrder(new() { Observers = { _log } },
            FakeProvider.Failing("a", () => new OperationCanceledException("own timeout")), FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed, cancellationToken: cancel.Token)).Should().Be("ok");
        _log.Attempts[0].Outcome.Should().Be(AttemptOutcome.Failed);
        _log.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.Timeout);
        _log.Attempts[0].Error!.Message.Should().StartWith("The provider threw").And.NotContain("caller");
    }

    [Theory]
    [BothModes]
    public async Task An_OperationCanceledException_from_disposing_an_empty_stream_fails_over_too(bool streamed)
    {
        await using var router = InOrder(
            new() { Observers = { _log } },
            BrokenStream.Provider("a", BreakAt.Disposal, () => new TaskCanceledException("own timeout")),
            FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Select(a => a.Error?.Kind).Should().Equal(LlmErrorKind.Timeout, null);
    }

    [Theory]
    [BothModes]
    public async Task Cancellation_is_not_logged_as_an_error(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var logs = new FakeLogCollector();
        using var factory = new Logs(logs);
        var silent = FakeProvider.Silent("silent");
        await using var router = InOrder(null, null, factory, silent);
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => silent.Calls == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(20)));
        logs.GetSnapshot().Should().OnlyContain(r => r.Level == Microsoft.Extensions.Logging.LogLevel.Debug);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> FailWhenCancelledAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, token);
        }
        catch (OperationCanceledException)
        {
            throw new IOException("the connection was closed");
        }

        yield break;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> WordThenSilenceAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        yield return Some.Word("word ");
        await Task.Delay(Timeout.Infinite, token);
    }
}
