using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>What the end of an attempt changes, and that it leaks nothing.</summary>
public sealed class AttemptEndTests : IDisposable
{
    private static readonly RetryOptions AtOnce = new() { MinDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero };
    private readonly VirtualClock _clock = new();
    private readonly AttemptLog _log = new();
    private readonly Logs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [BothModes]
    public async Task What_the_caller_cancels_after_the_answer_reaches_the_provider_no_more(bool streamed)
    {
        var token = CancellationToken.None;
        var a = new FakeProvider("a", (_, given) =>
        {
            token = given;
            return Some.Answer("ok");
        });
        await using var router = InOrder(null, a);
        using var cancel = new CancellationTokenSource();
        await router.RunAsync(streamed, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        token.IsCancellationRequested.Should().BeFalse();
    }

    [Theory]
    [BothModes]
    public async Task The_router_s_disposal_after_the_answer_does_not_cancel_its_attempt(bool streamed)
    {
        var token = CancellationToken.None;
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, given) =>
        {
            token = given;
            return AfterAsync(gate.Task);
        });
        var router = InOrder(null, a);
        var call = router.RunAsync(streamed);
        gate.SetResult();
        await call;
        await router.DisposeAsync();
        // It would be cancelled on the pool: whatever was put there before has begun when these have run.
        for (var i = 0; i < 10; i++)
        {
            var ran = new TaskCompletionSource();
            ThreadPool.UnsafeQueueUserWorkItem(static r => r.SetResult(), ran, preferLocal: false);
            await ran.Task;
        }

        token.IsCancellationRequested.Should().BeFalse();
    }

    [Theory]
    [BothModes]
    public async Task A_call_cancelled_while_it_is_planned_has_made_no_attempt(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var a = FakeProvider.Answering("a", "never asked");
        await using var router = new Router(new RouterOptions { CustomStrategy = new CancellingStrategy(cancel), Observers = { _log } });
        router.AddProvider(a).AddProvider(FakeProvider.Answering("b", "never asked"));
        await FluentActions.Awaiting(() => router.RunAsync(streamed, cancellationToken: cancel.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        var metrics = router.GetMetrics()["a"];
        (a.Calls, a.Disposals, metrics.TotalRequests, metrics.InFlight).Should().Be((0, 0, 0, 0));
        _log.Attempts.Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task A_provider_removed_while_a_cancelled_call_holds_its_permit_is_closed_by_that_call(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        Router router = null!;
        var a = FakeProvider.Failing("a", LlmErrorKind.ServerError);
        // Between the permit and the request only the log is called: with the trial.
        using var logs = new Hearing(e =>
        {
            if (e != "llm_provider_trial")
                return;
            router.RemoveProvider("a");
            cancel.Cancel();
        });
        // Disposed last: disposal waits for providers that are not closed yet.
        router = InOrder(new() { Health = new() { ConsecutiveFailures = 1 }, Observers = { _log } }, _clock, logs, a);
        await router.FailAsync<AllProvidersFailedException>(streamed);
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        await router.FailAsync<OperationCanceledException>(streamed, cancellationToken: cancel.Token);
        (a.Calls, _log.Attempts.Count).Should().Be((1, 1));
        // In the background, and not only with the router.
        await UntilAsync(() => a.Disposals == 1);
        await router.DisposeAsync();
        a.Disposals.Should().Be(1);
    }

    [Theory]
    [InlineData(true, 2, "a", 2)]
    [InlineData(false, 2, "a", 2)]
    [InlineData(true, 1, "b", 1)]
    [InlineData(false, 1, "b", 1)]
    public async Task A_failure_is_tried_again_there_unless_it_ejects_which_is_reported_at_once(
        bool streamed, int failuresInARow, string answers, int calls)
    {
        var (a, b) = (new Script("a", _clock, Error(LlmErrorKind.ServerError), null), new Script("b", _clock));
        await using var router =
            InOrder(new() { Retry = AtOnce, Health = new() { ConsecutiveFailures = failuresInARow } }, _clock, _logs, a, b);
        (await _clock.RunAsync(router.RunAsync(streamed))).Text.Should().Be(answers);
        a.Calls.Should().Be(calls);
        _logs.Named("llm_provider_ejected").Count().Should().Be(failuresInARow == 1 ? 1 : 0);
    }

    [Fact]
    public async Task What_was_ejected_at_the_same_moment_comes_back_at_different_ones()
    {
        var providers = Enumerable.Range(0, 10)
            .Select(i => (ILlmProvider)new Script($"{i}", _clock, Error(LlmErrorKind.ServerError))).ToArray();
        await using var router = InOrder(
            new() { Health = new() { ConsecutiveFailures = 1 }, MaxAttempts = 10, Random = new System.Random(7) }, _clock, null, providers);
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        var coolDowns = router.GetMetrics().Values.Select(m => m.AvailableIn!.Value.TotalSeconds).ToList();
        coolDowns.Should().HaveCount(10).And.OnlyHaveUniqueItems().And.OnlyContain(s => s >= 4 && s <= 6);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(60, 60)]
    [InlineData(61, 60)]
    public async Task A_retry_after_is_heeded_up_to_the_longest(int asked, int left)
    {
        await using var router =
            InOrder(null, _clock, null, new Script("a", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(asked))));
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        router.GetMetrics()["a"].AvailableIn.Should().Be(TimeSpan.FromSeconds(left));
    }

    [Theory]
    [BothModes]
    public async Task What_breaks_after_the_completion_mark_is_logged_and_a_refusal_before_it_stays_one(bool streamed)
    {
        var a = new FakeProvider("a", (_, _) => Some.Finish(ChatFinishReason.ContentFilter).Then(new IOException("reset")));
        await using var router =
            InOrder(new() { RefusalAction = RefusalAction.NextProvider }, null, _logs, a, FakeProvider.Answering("b", "ok"));
        var (text, route) = await router.RunAsync(streamed);
        text.Should().Be("ok");
        var error = route.Attempts[0].Error!;
        (error.Kind, error.ProviderName, error.Model).Should().Be((LlmErrorKind.ContentFiltered, "a", "a-model"));
        _logs.Named("llm_provider_close_failed").Should().ContainSingle().Which.GetStructuredStateValue("provider").Should().Be("a");
    }

    [Theory]
    [BothModes]
    public async Task The_text_a_provider_gives_its_error_stays(bool streamed)
    {
        var a = new FakeProvider("a", (_, _) =>
            Some.Word("half").Then(new LlmException(LlmErrorKind.StreamInterrupted, "cut") { PartialText = "the half it knows of" }));
        await using var router = InOrder(null, a);
        (await router.FailAsync<LlmException>(streamed)).PartialText.Should().Be("the half it knows of");
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> AfterAsync(Task gate)
    {
        await gate;
        yield return Some.Word("ok");
        yield return Some.Finish();
    }

    private sealed class CancellingStrategy(CancellationTokenSource cancel) : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
        {
            cancel.Cancel();
            return candidates;
        }
    }

    /// <summary>A log whose reader acts on what it hears.</summary>
    private sealed class Hearing(Action<string?> hear) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            hear(eventId.Name);

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
