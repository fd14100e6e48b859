using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Health;

/// <summary>Scenario N14: the clock jumps an hour, and no provider stays out of use.</summary>
public class ClockStepTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly HandClock _clock = new();
    private readonly AttemptLog _log = new();

    [Fact]
    public async Task A_provider_that_was_unhealthy_before_the_clock_stepped_back_heals_within_a_minute()
    {
        var a = Provider("a");
        await using var router = InOrder(null, _clock, null, a);
        await a.PlayAsync(router, "sffsff");
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Unhealthy);
        _clock.Pass(-Hour);
        _clock.Pass(TimeSpan.FromSeconds(61));
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Healthy);
    }

    [Fact]
    public async Task Errors_after_the_clock_stepped_back_are_seen_and_forgotten_as_ever()
    {
        var a = Provider("a");
        await using var router = InOrder(null, _clock, null, a);
        await a.PlayAsync(router, "ssssssssss");
        _clock.Pass(-Hour);
        await a.PlayAsync(router, "fff");
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Unhealthy);
        _clock.Pass(TimeSpan.FromSeconds(61));
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Healthy);
        // The first is the trial, whose success clears the window.
        await a.PlayAsync(router, "sfsff");
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0.6);
    }

    [Fact]
    public async Task A_small_step_back_keeps_an_ejection()
    {
        var a = Provider("a");
        await using var router = InOrder(null, _clock, null, a);
        await a.PlayAsync(router, "fff");
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Unhealthy);
        _clock.Pass(TimeSpan.FromSeconds(-2));
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Unhealthy, "ends of concurrent attempts arrive out of order");
    }

    [Fact]
    public async Task A_small_step_back_keeps_the_errors_of_an_available_provider()
    {
        var a = Provider("a");
        await using var router = InOrder(null, _clock, null, a);
        await a.PlayAsync(router, "sfsfssfs");
        _clock.Pass(TimeSpan.FromSeconds(-2));
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Degraded);
        await a.PlayAsync(router, "s");
        router.GetMetrics()["a"].RecentErrorRate.Should().BeApproximately(3.0 / 9, 1e-9);
    }

    [Theory]
    [BothModes]
    public async Task No_time_is_negative_when_the_clock_steps_back_during_an_attempt(bool streamed)
    {
        var a = Provider("a");
        (a.BeforeFirst, a.AfterFirst) = (-Hour, TimeSpan.FromSeconds(1));
        await using var router = InOrder(new() { Observers = { _log } }, _clock, null, a);
        var (text, route) = await router.RunAsync(streamed);
        text.Should().Be("ok");
        route.Latency.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
        _log.Attempts[0].Duration.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
        (_log.Attempts[0].TimeToFirstToken ?? TimeSpan.Zero).Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
        var metrics = router.GetMetrics()["a"];
        metrics.AverageLatency.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
        metrics.LatencyP99.Should().BeGreaterThanOrEqualTo(TimeSpan.Zero);
        metrics.InFlight.Should().Be(0);
    }

    [Fact]
    public async Task A_slow_answer_before_the_clock_stepped_back_is_forgotten_too()
    {
        var (a, b) = (Provider("a"), Provider("b"));
        await using var router = new Router(new RouterOptions { Strategy = RoutingStrategy.BestAvailable }, timeProvider: _clock);
        router.AddProvider(a).AddProvider(b);
        a.BeforeFirst = TimeSpan.FromSeconds(40);
        await a.PlayAsync(router, "s");
        a.BeforeFirst = TimeSpan.FromSeconds(0.1);
        b.BeforeFirst = TimeSpan.FromSeconds(1);
        await b.PlayAsync(router, "s");

        _clock.Pass(-Hour);
        var before = a.Calls;
        for (var i = 0; i < 100; i++)
        {
            await router.RouteAsync("hello");
            _clock.Pass(TimeSpan.FromSeconds(1));
        }

        a.Calls.Should().BeGreaterThan(before + 50, "it is the faster one by far now");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Limits_hold_within_twice_their_length_when_the_clock_steps_back_during_an_attempt(bool streamed, bool deaf)
    {
        // Its timers go on through the step, its timestamps go back with the wall clock.
        var time = new FakeTimeProvider();
        var release = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, token) => deaf ? DeafAsync(release.Task) : Some.Silence(token));
        // Not awaited at the end: a disposal that waits would do so on this clock.
        using var router = InOrder(new() { Observers = { _log } }, time, null, a, FakeProvider.Answering("b", "ok"));
        var call = router.AskAsync(streamed);
        await UntilAsync(() => a.Calls == 1);
        time.Advance(TimeSpan.FromSeconds(5));
        time.AdjustTime(time.GetUtcNow() - Hour);
        for (var i = 0; i < 125 && !call.IsCompleted; i++)
        {
            await Task.Delay(2);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        // Two attempt limits and a second have passed. The clock stands still from here on; what is left is work of the pool, which may be
        // late with it.
        await UntilAsync(() => call.IsCompleted);
        release.SetResult();
        (await call.WaitAsync(TimeSpan.FromSeconds(5))).Should().Be("ok");
        _log.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.Timeout);
        _log.Attempts[0].Duration.Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThan(TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task A_step_forward_forgets_and_breaks_nothing()
    {
        var a = Provider("a");
        await using var router = InOrder(null, _clock, null, a);
        await a.PlayAsync(router, "ffsff");
        _clock.Pass(Hour);
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Healthy);
        await a.PlayAsync(router, "sssss");
        router.GetMetrics()["a"].SuccessfulRequests.Should().Be(6);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> DeafAsync(Task release)
    {
        await release;
        yield break;
    }

    private Script Provider(string name) => new(name, _clock, _clock.Pass);
}
