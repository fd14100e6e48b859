using System.Diagnostics.CodeAnalysis;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>User code that throws in the middle of a call: permit, retry token and stream are released nevertheless.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its providers hold nothing.")]
public partial class GivingBackTests
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
        await using var router = new Router(Options(hook), hook == Hook.Logger ? new Loud(() => _armed) : null, _clock)
            .ExportingTo(registry);
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
            provider.Cancelled.Should().Be(_log.Attempts[0].Outcome != AttemptOutcome.Succeeded,
                "what is left is cancelled, and what is whole has let go of the token");
        _clock.Pass(400);
        var text = router.AskAsync(streamed).WaitAsync(Patience);
        (await text).Should().Be("ok");
        router.GetMetrics()["a"].InFlight.Should().Be(0);
    }

    private RouterOptions Options(Hook hook)
    {
        var options = new RouterOptions
        {
            Retry = RetryOptions.None,
            Health = new() { ConsecutiveFailures = 1 },
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
}
