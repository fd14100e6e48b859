using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.ML.Tokenizers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Failover as users of Microsoft.Extensions.AI know it: observers and selection. There a hook that throws replaces the answer;
/// here, on purpose, whatever of the user's own throws beside the call is isolated and logged once.</summary>
public class FailoverCasesObserverTests
{
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes]
    public async Task Observers_see_each_attempt_once_and_in_order(bool streamed)
    {
        var order = new List<string>();
        var options = new RouterOptions
        {
            Observers = { new Acting(a => order.Add($"1 {a.Provider.Name}")), new Acting(a => order.Add($"2 {a.Provider.Name}")) }
        };
        await using var router = InOrder(options, FakeProvider.Failing("a", LlmErrorKind.ServerError), FakeProvider.Answering("b", "ok"));
        await router.AskAsync(streamed);
        order.Should().Equal("1 a", "2 a", "1 b", "2 b");
    }

    [Theory]
    [BothModes]
    public async Task A_throwing_observer_is_isolated_and_logged_and_the_others_still_hear(bool streamed)
    {
        using var logs = new Logs();
        var options = new RouterOptions
        {
            Observers = { new Acting(() => throw new InvalidOperationException("observer failed on purpose")), _log }
        };
        await using var router = InOrder(options, null, logs, FakeProvider.Answering("a", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Should().ContainSingle();
        var record = logs.Named("llm_observer_failed").Should().ContainSingle().Subject;
        record.Level.Should().Be(LogLevel.Error);
        record.Exception!.Message.Should().Be("observer failed on purpose");
        record.Message.Should().Contain(nameof(Acting));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_throwing_strategy_costs_its_order_and_not_the_call(bool streamed, bool late)
    {
        using var logs = new Logs();
        var strategy = new ThrowingStrategy(late);
        await using var router =
            new Router(new RouterOptions { CustomStrategy = strategy, Retry = RetryOptions.None, Observers = { _log } }, logs);
        router.AddProvider(FakeProvider.Failing("a", LlmErrorKind.ServerError))
            .AddProvider(FakeProvider.Failing("b", LlmErrorKind.ServerError)).AddProvider(FakeProvider.Answering("c", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");

        // The late one had ranked the second provider first before it threw.
        _log.Attempts.Select(a => a.Provider.Name).Should().Equal(late ? ["b", "a", "c"] : ["a", "b", "c"]);
        logs.Named("llm_strategy_failed").Should().ContainSingle().Which.Message.Should().Contain(nameof(ThrowingStrategy));
    }

    [Theory]
    [BothModes]
    public async Task A_failure_while_selecting_is_not_an_attempt(bool streamed)
    {
        await using var router = new Router(new RouterOptions { CustomStrategy = new CustomRanking(_ => []), Observers = { _log } });
        var a = FakeProvider.Answering("a", "never asked");
        router.AddProvider(a);
        (await router.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.NoCandidate);
        await router.FailAsync<LlmException>(streamed, new ChatOptions { ModelId = "nobody" });
        _log.Attempts.Should().BeEmpty();
        a.Calls.Should().Be(0);
        router.GetMetrics()["a"].TotalRequests.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task A_strategy_that_names_a_provider_twice_or_a_stranger_has_each_tried_once(bool streamed)
    {
        var strategy = new CustomRanking(c => [c[1], new Candidate(new("stranger", "x", "y")), c[1], c[0], c[1]]);
        await using var router =
            new Router(new RouterOptions { CustomStrategy = strategy, Retry = RetryOptions.None, Observers = { _log } });
        router.AddProvider(FakeProvider.Answering("a", "ok")).AddProvider(FakeProvider.Failing("b", LlmErrorKind.ServerError));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Select(a => a.Provider.Name).Should().Equal("b", "a");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_strategy_without_end_does_not_hold_the_call(bool streamed, bool onlyOne)
    {
        await using var router = new Router(new RouterOptions
        {
            CustomStrategy = new CustomRanking(c => Endless(onlyOne ? [c[0]] : c)),
            Retry = RetryOptions.None,
            Observers = { _log }
        });
        router.AddProvider(FakeProvider.Failing("a", LlmErrorKind.ServerError))
            .AddProvider(FakeProvider.Failing("b", LlmErrorKind.ServerError));
        var call = Task.Run(() => router.FailAsync<AllProvidersFailedException>(streamed));
        (await call.WaitAsync(TimeSpan.FromSeconds(20))).Attempts.Should().HaveCount(onlyOne ? 1 : 2);

        static IEnumerable<Candidate> Endless(IReadOnlyList<Candidate> candidates)
        {
            for (var i = 0; ; i++)
                yield return candidates[i % candidates.Count];
        }
    }

    [Theory]
    [BothModes]
    public async Task A_strategy_that_gives_null_costs_its_order_and_not_the_call(bool streamed)
    {
        await using var router = new Router(new CustomRanking(_ => null!)).AddProvider(FakeProvider.Answering("a", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
    }

    [Theory]
    [BothModes]
    public async Task A_provider_s_cancellation_callback_that_throws_is_logged_and_goes_no_further(bool streamed)
    {
        using var logs = new Logs();
        using var cancel = new CancellationTokenSource();
        var a = new FakeProvider("a", (_, token) =>
        {
            token.Register(() => throw new InvalidOperationException("callback failed on purpose"));
            return Some.Silence(token);
        });
        await using var router = InOrder(null, null, logs, a);
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => a.Calls == 1);
        cancel.Invoking(c => c.Cancel()).Should().NotThrow("the caller did nothing wrong");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(20)));
        // The callbacks run on the pool, which may be late with them.
        await UntilAsync(() => logs.Named("llm_cancellation_callback_failed").Any());
        logs.Named("llm_cancellation_callback_failed").Should().ContainSingle();
    }

    [Theory]
    [BothModes]
    public async Task A_throwing_logger_does_not_reach_the_caller(bool streamed)
    {
        using var logs = new ThrowingLogs();
        var options = new RouterOptions
        {
            CustomStrategy = new ThrowingStrategy(late: false),
            Retry = RetryOptions.None,
            Observers = { new Acting(() => throw new InvalidOperationException("observer failed on purpose")), _log },
        };
        await using var router = new Router(options, logs);
        router.AddProvider(FakeProvider.Failing("a", LlmErrorKind.ServerError))
            .AddProvider(BrokenStream.Provider("b", BreakAt.Disposal, () => new IOException("close"), Some.Word("ok"), Some.Finish()));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Should().HaveCount(2);
        logs.Thrown.Should().BeGreaterThan(3, "the logger was really asked");
        router.GetMetrics()["b"].SuccessfulRequests.Should().Be(1);
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 10)]
    // Beyond 65,536 characters only samples are counted.
    [InlineData(true, 100_000)]
    [InlineData(false, 100_000)]
    public async Task A_throwing_token_counter_costs_the_numbers_and_not_the_answer(bool streamed, int length)
    {
        using var logs = new Logs();
        var counter = new TokenCounter(null, new O200kVocabulary(() => throw new FileNotFoundException("no vocabulary")));
        string[] parts = [.. Enumerable.Repeat(new string('w', length / 10 - 1) + " ", 10)];
        var a = new FakeProvider("a", (_, _) => Some.Updates([.. parts.Select(Some.Word), Some.Finish()]))
        {
            Info = new("a", "openai", "gpt-4o")
        };
        await using var router = InOrder(new() { TokenCounter = counter, Observers = { _log } }, null, logs, a);
        (await router.AskAsync(streamed)).Should().Be(string.Concat(parts));
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Succeeded);
        logs.Named("llm_token_count_failed").Should().ContainSingle().Which.Exception.Should().BeOfType<FileNotFoundException>();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task A_throwing_token_counter_does_not_hide_why_a_buffered_call_failed(int length)
    {
        var counter = new TokenCounter(null, new O200kVocabulary(() => throw new FileNotFoundException("no vocabulary")));
        string[] parts = [.. Enumerable.Repeat(new string('w', length / 10 - 1) + " ", 10)];
        var a = new FakeProvider("a", (_, _) => Some.Cut(parts, new LlmException(LlmErrorKind.StreamInterrupted, "cut on purpose")))
        {
            Info = new("a", "openai", "gpt-4o")
        };
        await using var router = InOrder(new() { TokenCounter = counter, Observers = { _log } }, a);
        var error = await router.FailAsync<AllProvidersFailedException>(streamed: false);
        error.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        error.PartialText!.Length.Should().Be(Math.Min(length, 65_536));
        router.GetMetrics()["a"].InFlight.Should().Be(0);
    }

    private sealed class ThrowingStrategy(bool late) : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
        {
            return late ? Late() : throw new InvalidOperationException("strategy failed on purpose");

            IEnumerable<Candidate> Late()
            {
                yield return candidates[1];
                throw new InvalidOperationException("strategy failed on purpose");
            }
        }
    }

    private sealed class ThrowingLogs : ILoggerFactory, ILogger
    {
        private int _thrown;

        public int Thrown => Volatile.Read(ref _thrown);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _thrown);
            throw new InvalidOperationException("logger failed on purpose");
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
