using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Routing;

/// <summary>Code of the user's that throws in the middle of a call: what the call had taken is given back all the same.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its providers hold nothing.")]
public class GivingBackTests
{
    private readonly CountingClock _clock = new();
    private readonly AttemptLog _log = new();
    private bool _armed = true;
    private int _calls;

    public enum Hook
    {
        None,
        UndefinedKind,
        UnreadableError,
        RandomThrows,
        RandomIsNaN,
        RandomIsInfinite,
        Observer,
        Logger,
        Strategy,
        StrategyIsDisposed,
        Contents,
        Arguments,
        ClosingThrows,
        ClosingFails,
        InfoThrows,
        ClockRead,
        ClockCreate,
        ClockChange,
        ClockDispose,
    }

    public enum Way
    {
        Succeeds,
        Fails,
        FailsLater,
        IsCancelled,
        IsLeft,
        TakesTooLong,
    }

    public static TheoryData<Hook, Way, bool> Cases()
    {
        var cases = new TheoryData<Hook, Way, bool>();
        foreach (var hook in Enum.GetValues<Hook>())
        {
            foreach (var way in Enum.GetValues<Way>())
            {
                cases.Add(hook, way, true);
                if (way != Way.IsLeft)
                    cases.Add(hook, way, false);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Whatever_of_the_user_s_throws_all_is_given_back_and_the_next_call_works(Hook hook, Way way, bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var provider = new Acted(this, hook, way, cancel);
        await using var router = new Router(Options(hook, registry), hook == Hook.Logger ? new Loud(() => _armed) : null, _clock);
        router.AddProvider(provider, new ProviderOptions { MaxConcurrency = 1, QueueLimit = 0 });
        _clock.On = use => ThrowIf(hook == Hook.ClockRead + (int)use && _calls > 0);
        var call = CallAsync(router, way, streamed, cancel.Token);
        for (var i = 0; !call.IsCompleted && i < 200; i++)
        {
            await Task.Delay(i < 20 ? 1 : 5);
            if (i % 4 == 3 && way == Way.TakesTooLong)
                PassQuietly(61);
        }

        await call.WaitAsync(Patience);
        _armed = false;
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
        _clock.Timers.Should().Be(0, "no timer is left");
        var metrics = router.GetMetrics()["a"];
        metrics.TotalRequests.Should().Be(_calls, "every attempt is counted once");
        if (hook != Hook.Observer)
            _log.Attempts.Should().HaveCount(_calls);
        var page = await Exposition.ReadAsync(registry);
        page.Sum("llm_calls_total").Should().Be(1);
        page.Sum("llm_requests_total").Should().Be(_calls);

        await cancel.CancelAsync();
        if (_calls > 0)
            provider.Cancelled.Should().Be(_log.Attempts[0].Outcome != AttemptOutcome.Succeeded, "what is left is cancelled, and what is whole has let go of the token");
        _clock.Pass(400);
        var text = router.AskAsync(streamed).WaitAsync(Patience);
        (await text).Should().Be("ok");
        router.GetMetrics()["a"].InFlight.Should().Be(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_error_of_a_kind_there_is_not_is_unknown_and_the_next_provider_is_asked(bool streamed)
    {
        await using var router = InOrder(new() { Observers = { _log } }, FakeProvider.Failing("a", (LlmErrorKind)42), FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Select(a => a.Error?.Kind).Should().Equal(LlmErrorKind.Unknown, null);
        router.GetMetrics().Values.Should().OnlyContain(m => m.InFlight == 0);
    }

    [Theory]
    [InlineData(42)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Every_exception_of_ours_knows_only_kinds_there_are(int kind)
    {
        new LlmException((LlmErrorKind)kind, "x").Kind.Should().Be(LlmErrorKind.Unknown);
        new AllProvidersFailedException((LlmErrorKind)kind, "x", []).Kind.Should().Be(LlmErrorKind.Unknown);
    }

    [Fact]
    public void Values_there_are_not_are_refused_when_a_router_is_made()
    {
        var refused = new RouterOptions[]
        {
            new() { Strategy = (RoutingStrategy)42 },
            new() { RefusalAction = (RefusalAction)42 },
            new() { MidStream = (MidStreamMode)42 },
            new() { ErrorRules = { [(LlmErrorKind)42] = new ErrorRule() } },
            new() { ErrorRules = { [LlmErrorKind.Timeout] = new ErrorRule { Health = (HealthEffect)42 } } },
        };
        foreach (var options in refused)
            FluentActions.Invoking(() => new Router(options)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_waits_for_a_place_leaves_the_line_when_the_clock_throws(bool streamed)
    {
        var held = new Held("a", 1);
        await using var router = InOrder(null, _clock, null, held);
        var first = router.AskAsync(streamed);
        await UntilAsync(() => held.Running == 1);
        _clock.On = use => ThrowIf(use == ClockUse.Create);
        await FluentActions.Awaiting(() => router.AskAsync(streamed).WaitAsync(Patience)).Should().ThrowAsync<Exception>();
        _clock.On = null;
        router.GetMetrics()["a"].Queued.Should().Be(0);
        held.Release();
        (await first.WaitAsync(Patience)).Should().Be("a");
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_retry_that_was_paid_for_and_never_made_is_put_back(bool streamed)
    {
        var clock = new VirtualClock();
        var a = new Script("a", clock, Script.Error(LlmErrorKind.ServerError));
        var retry = new RetryOptions { BudgetPerSecond = 1, BudgetShare = 0 };
        await using var router = InOrder(new() { Retry = retry, Health = new() { ConsecutiveFailures = 100 } }, clock, null, a);
        using var cancel = new CancellationTokenSource();
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => a.Calls == 1 && clock.Waiting > 0);
        cancel.Cancel();
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();

        var next = router.FailAsync<AllProvidersFailedException>(streamed);
        await clock.RunAsync((Task)next);
        a.Calls.Should().Be(3, "the second call can pay for its retry");
    }

    private RouterOptions Options(Hook hook, Prometheus.CollectorRegistry registry)
    {
        var options = new RouterOptions
        {
            Retry = RetryOptions.None,
            Health = new() { ConsecutiveFailures = 1 },
            MetricsRegistry = registry,
            Observers = { _log },
            Random = hook switch
            {
                Hook.RandomThrows => new Chance(() => _armed ? throw new InvalidOperationException("on purpose") : 0.5),
                Hook.RandomIsNaN => new Chance(() => _armed ? double.NaN : 0.5),
                Hook.RandomIsInfinite => new Chance(() => _armed ? double.PositiveInfinity : 0.5),
                _ => null,
            },
            CustomStrategy = hook is Hook.Strategy or Hook.StrategyIsDisposed ? new Ranked(this, hook) : null,
        };
        if (hook == Hook.Observer)
            options.Observers.Add(new Acting(() => ThrowIf(true)));
        return options;
    }

    private void PassQuietly(double seconds)
    {
        try
        {
            _clock.Pass(seconds);
        }
        catch (InvalidOperationException error) when (error.Message == "on purpose" && _clock.On is not null)
        {
            // What a timer threw on its own thread would end the process.
            throw new InvalidOperationException("a timer's callback let an exception out", error);
        }
    }

    private void ThrowIf(bool when)
    {
        if (when && _armed)
            throw new InvalidOperationException("on purpose");
    }

    private static async Task CallAsync(Router router, Way way, bool streamed, CancellationToken cancellationToken)
    {
        try
        {
            if (way != Way.IsLeft)
            {
                await router.AskAsync(streamed, cancellationToken: cancellationToken);
                return;
            }

            await foreach (var update in router.RouteStreamAsync("hello", cancellationToken: cancellationToken))
            {
                if (update.Text.Length > 0)
                    break;
            }
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            // How the call ends is no matter here.
        }
    }

    private sealed class Acted(GivingBackTests test, Hook hook, Way way, CancellationTokenSource cancel) : ILlmProvider
    {
        private readonly ProviderInfo _info = new("a", "mock", "a-model");
        private int _asked;
        private CancellationToken _token;

        public ProviderInfo Info => hook == Hook.InfoThrows && _asked > 0 && test._armed ? throw new InvalidOperationException("on purpose") : _info;

        public bool Cancelled => _token.IsCancellationRequested;

        public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
        {
            if (!test._armed)
                return Some.Answer("ok");
            _asked++;
            Interlocked.Increment(ref test._calls);
            _token = cancellationToken;
            return new Sequence(this, AnswerAsync(cancellationToken));
        }

        private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (way == Way.Fails)
                throw Error();
            await Task.Delay(1, CancellationToken.None);
            if (way == Way.FailsLater)
                throw Error();
            if (way == Way.IsCancelled)
                cancel.CancelAfter(1);
            if (way is Way.IsCancelled or Way.TakesTooLong)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            if (hook == Hook.Contents)
                yield return new ChatResponseUpdate(ChatRole.Assistant, new BadList());
            if (hook == Hook.Arguments)
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["x"] = new BadText() })]);
            yield return Some.Word("ok");
            await Task.Delay(1, CancellationToken.None);
            yield return Some.Finish();
        }

        private Exception Error() => hook switch
        {
            Hook.UndefinedKind => new LlmException((LlmErrorKind)42, "on purpose"),
            Hook.UnreadableError => new BadError(),
            _ => new LlmException(LlmErrorKind.ServerError, "on purpose"),
        };

        private sealed class Sequence(Acted owner, IAsyncEnumerable<ChatResponseUpdate> inner) : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
        {
            private IAsyncEnumerator<ChatResponseUpdate>? _inner;

            public ChatResponseUpdate Current => _inner!.Current;

            public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default)
            {
                _inner = inner.GetAsyncEnumerator(cancellationToken);
                return this;
            }

            public ValueTask<bool> MoveNextAsync() => _inner!.MoveNextAsync();

            public async ValueTask DisposeAsync()
            {
                await _inner!.DisposeAsync();
                owner.ThrowOnClose(later: true);
            }

            ValueTask IAsyncDisposable.DisposeAsync()
            {
                owner.ThrowOnClose(later: false);
                return DisposeAsync();
            }
        }

        private void ThrowOnClose(bool later)
        {
            if (hook == (later ? Hook.ClosingFails : Hook.ClosingThrows))
                throw new InvalidOperationException("on purpose");
        }
    }

    private sealed class Ranked(GivingBackTests test, Hook hook) : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
        {
            try
            {
                test.ThrowIf(hook == Hook.Strategy);
                foreach (var candidate in candidates)
                    yield return candidate;
            }
            finally
            {
                test.ThrowIf(hook == Hook.StrategyIsDisposed);
            }
        }
    }

    private sealed class Chance(Func<double> next) : System.Random
    {
        public override double NextDouble() => next();

        public override long NextInt64() => 7;
    }

    private sealed class BadError : Exception
    {
        public override string Message => throw new InvalidOperationException("on purpose");

        public override string? StackTrace => throw new InvalidOperationException("on purpose");

        public int StatusCode => throw new InvalidOperationException("on purpose");

        public override string ToString() => throw new InvalidOperationException("on purpose");
    }

    private sealed class BadText
    {
        public override string ToString() => throw new InvalidOperationException("on purpose");
    }

    private sealed class BadList : System.Collections.ObjectModel.Collection<AIContent>, IList<AIContent>
    {
        int ICollection<AIContent>.Count => throw new InvalidOperationException("on purpose");
    }

    private sealed class Loud(Func<bool> armed) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => armed() ? throw new InvalidOperationException("on purpose") : true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (armed())
                throw new InvalidOperationException("on purpose");
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
