using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using Prometheus;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Metrics;

/// <summary>What callers saw: every call counted once, however it ended, and its time without the consumer's own.</summary>
public class CallMetricsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    [Theory]
    [InlineData(true, "success")]
    [InlineData(false, "success")]
    [InlineData(true, "failure")]
    [InlineData(false, "failure")]
    [InlineData(true, "cancelled")]
    [InlineData(false, "cancelled")]
    public async Task Every_call_is_counted_once_by_its_outcome(bool streamed, string outcome)
    {
        using var cancel = new CancellationTokenSource();
        FakeProvider a = outcome switch
        {
            "success" => FakeProvider.Answering("a", "ok"),
            "failure" => FakeProvider.Failing("a", LlmErrorKind.ServerError),
            _ => FakeProvider.Silent("a"),
        };
        await using var router = InOrder(new(), _time, null, a).ExportingTo(_registry);
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => a.Calls == 1);
        if (outcome == "cancelled")
            await cancel.CancelAsync();
        await call.ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(20));
        await AssertCallsAsync((outcome, 1));
    }

    [Theory]
    [BothModes]
    public async Task Calls_that_reach_no_provider_are_counted_too(bool streamed)
    {
        await using var router = new Router(timeProvider: _time).ExportingTo(_registry);
        await router.FailAsync<LlmException>(streamed);
        await router.FailAsync<OperationCanceledException>(streamed, cancellationToken: new CancellationToken(canceled: true));
        await AssertCallsAsync(("failure", 1), ("cancelled", 1));
    }

    [Theory]
    [InlineData(1, "abandoned")]
    // The provider had ended, or said that it was through: the answer is whole.
    [InlineData(3, "success")]
    [InlineData(5, "success")]
    public async Task A_consumer_who_leaves_is_counted_by_what_it_had(int updates, string outcome)
    {
        await using var router = InOrder(new(), _time, null, FakeProvider.Answering("a", "one ", "two")).ExportingTo(_registry);
        (await router.RouteStreamAsync("hello").Take(updates).CountAsync()).Should().Be(updates);
        await AssertCallsAsync((outcome, 1));
        var metrics = router.GetMetrics()["a"];
        (metrics.AbandonedRequests, metrics.SuccessfulRequests).Should().Be(outcome == "success" ? (0, 1) : (1, 0));
    }

    [Fact]
    public async Task Latency_has_the_failed_attempts_in_it_and_not_the_time_the_consumer_held_an_update()
    {
        var a = new Script("a", _time, t => _time.Advance(t)) { BeforeFirst = TimeSpan.FromSeconds(2), Fails = LlmErrorKind.Unavailable };
        var b = new Script("b", _time, t => _time.Advance(t))
        {
            BeforeFirst = TimeSpan.FromSeconds(1),
            AfterFirst = TimeSpan.FromSeconds(3)
        };
        await using var router = InOrder(new(), _time, null, a, b).ExportingTo(_registry);
        RouteResult? route = null;
        await foreach (var update in router.RouteStreamAsync("hello"))
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            route = update.GetRoute() ?? route;
        }

        route!.Latency.Should().Be(TimeSpan.FromSeconds(6));
        route.Attempts.Select(x => x.Duration.TotalSeconds).Should().Equal(2, 4);
        route.Attempts[1].TimeToFirstToken.Should().Be(TimeSpan.FromSeconds(1));
        (await Exposition.ReadAsync(_registry))["llm_call_duration_seconds_sum"].Should().Be(6);
    }

    [Fact]
    public async Task The_time_before_a_stream_is_read_is_not_latency()
    {
        await using var router = InOrder(null, _time, null, FakeProvider.Answering("a", "ok"));
        await using var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        _time.Advance(TimeSpan.FromMinutes(1));
        RouteResult? route = null;
        while (await stream.MoveNextAsync())
            route = stream.Current.GetRoute() ?? route;
        route!.Latency.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public async Task The_same_provider_again_is_a_retry_and_the_next_one_a_failover()
    {
        var clock = new VirtualClock();
        var a = new Script("a", clock, Script.Error(LlmErrorKind.ServerError));
        await using var router = InOrder(new() { Retry = new() }, clock, null, a, FakeProvider.Answering("b", "ok")).ExportingTo(_registry);
        for (var call = 1; call <= 2; call++)
            await clock.RunAsync(router.RouteAsync("hello"));
        var page = await Exposition.ReadAsync(_registry);
        // The third failure in a row ejects, and an ejected provider is not asked again.
        (page["llm_retries_total"], page["llm_failovers_total"]).Should().Be((1, 2));
    }

    [Fact]
    public async Task The_last_update_of_a_consumer_who_leaves_is_held_on_its_own_time()
    {
        var a = new Script("a", _time, t => _time.Advance(t)) { BeforeFirst = TimeSpan.FromSeconds(2) };
        await using var router = InOrder(new(), _time, null, a).ExportingTo(_registry);
        await foreach (var update in router.RouteStreamAsync("hello"))
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            break;
        }

        await AssertCallsAsync(("abandoned", 1));
        (await Exposition.ReadAsync(_registry))["llm_call_duration_seconds_sum"].Should().Be(2);
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_failed_took_its_time_too(bool streamed)
    {
        var a = new Script("a", _time, t => _time.Advance(t)) { BeforeFirst = TimeSpan.FromSeconds(2), Fails = LlmErrorKind.ServerError };
        await using var router = InOrder(new(), _time, null, a).ExportingTo(_registry);
        await router.FailAsync<AllProvidersFailedException>(streamed);
        (await Exposition.ReadAsync(_registry))["llm_call_duration_seconds_sum"].Should().Be(2);
    }

    [Theory]
    [BothModes]
    public async Task What_a_strategy_takes_is_overhead(bool streamed)
    {
        var strategy = CustomRanking.Once(() => _time.Advance(TimeSpan.FromMilliseconds(10)));
        var a = new Script("a", _time, t => _time.Advance(t)) { BeforeFirst = TimeSpan.FromSeconds(2) };
        await using var router = new Router(new RouterOptions { CustomStrategy = strategy }, timeProvider: _time).AddProvider(a)
            .ExportingTo(_registry);
        await router.AskAsync(streamed);
        var page = await Exposition.ReadAsync(_registry);
        page["llm_router_overhead_seconds_sum"].Should().BeApproximately(0.01, 1e-9);
        page["llm_call_duration_seconds_sum"].Should().BeApproximately(2.01, 1e-9);
    }

    [Fact]
    public async Task A_stream_that_is_not_read_is_no_call()
    {
        await using var router = InOrder(new(), _time, null, FakeProvider.Answering("a", "never asked")).ExportingTo(_registry);
        await router.RouteStreamAsync("hello").GetAsyncEnumerator().DisposeAsync();
        await AssertCallsAsync();
    }

    [Fact]
    public async Task A_consumer_who_leaves_at_the_notice_of_a_restart_has_abandoned_the_call()
    {
        var b = FakeProvider.Answering("b", "never asked");
        var options = new RouterOptions { MidStream = MidStreamMode.Restart };
        var a = FakeProvider.CutAfter("a", () => Script.Error(LlmErrorKind.StreamInterrupted), "half");
        await using var router = InOrder(options, _time, null, a, b).ExportingTo(_registry);
        await foreach (var update in router.RouteStreamAsync("hello"))
        {
            if (update.Contents is [RestartContent])
                break;
        }

        await AssertCallsAsync(("abandoned", 1));
        (b.Calls, router.GetMetrics()["b"].InFlight, router.GetMetrics()["b"].TotalRequests).Should().Be((0, 0, 0));
    }

    private async Task AssertCallsAsync(params (string Outcome, int Count)[] expected)
    {
        var page = await Exposition.ReadAsync(_registry);
        foreach (var outcome in new[] { "success", "failure", "cancelled", "abandoned" })
            page[$"llm_calls_total{{outcome=\"{outcome}\"}}"].Should().Be(
                expected.Where(e => e.Outcome == outcome).Sum(e => e.Count), outcome);
        page["llm_call_duration_seconds_count"].Should().Be(expected.Sum(e => e.Count));
    }
}
