using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using Prometheus;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Metrics;

/// <summary>Times by a fake clock: averages, percentiles and true histograms.</summary>
public class ProviderMetricsTests
{
    private const string Labels = "provider=\"a\",model=\"m\"";
    private readonly FakeTimeProvider _time = new();
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    [Fact]
    public async Task Before_the_first_call_there_is_nothing_and_nothing_is_wrong()
    {
        await using var router = InOrder(null, _time, null, Provider());
        router.GetMetrics()["a"].Should().Be(new ProviderMetrics { Provider = "a" });
        router.GetMetrics()["a"].SuccessRate.Should().Be(1);
        router.GetMetrics()["a"].TimeToFirstToken.Should().BeNull();
    }

    [Fact]
    public async Task Percentiles_and_averages_are_those_of_the_durations()
    {
        var a = Provider();
        await using var router = InOrder(null, _time, null, a);
        // 1 to 200 ms, not in order.
        for (var i = 0; i < 200; i++)
            await CallAsync(router, a, TimeSpan.FromMilliseconds(i * 77 % 200 + 1));
        var metrics = router.GetMetrics()["a"];
        (metrics.LatencyP50, metrics.LatencyP95, metrics.LatencyP99)
            .Should().Be((TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(190), TimeSpan.FromMilliseconds(198)));
        metrics.AverageLatency.Should().Be(TimeSpan.FromMilliseconds(100.5));
        (metrics.SuccessfulRequests, metrics.TotalPromptTokens, metrics.TotalCompletionTokens, metrics.TotalTokens)
            .Should().Be((200, 600, 200, 800));
    }

    [Fact]
    public async Task The_rolling_average_is_over_the_last_hundred_and_percentiles_over_the_last_thousand()
    {
        var a = Provider();
        await using var router = InOrder(null, _time, null, a);
        for (var i = 0; i < 300; i++)
            await CallAsync(router, a, TimeSpan.FromSeconds(9));
        router.GetMetrics()["a"].LatencyP99.Should().Be(TimeSpan.FromSeconds(9));
        for (var i = 0; i < 1000; i++)
            await CallAsync(router, a, TimeSpan.FromSeconds(i < 900 ? 1 : 2));
        var metrics = router.GetMetrics()["a"];
        metrics.RollingAverageLatency.Should().Be(TimeSpan.FromSeconds(2));
        (metrics.LatencyP50, metrics.LatencyP99).Should().Be((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
        metrics.AverageLatency.Should().Be(TimeSpan.FromSeconds((300 * 9 + 900 + 200) / 1300.0));
    }

    [Fact]
    public async Task Counters_and_rates_tell_failures_too()
    {
        var a = Provider();
        await using var router = InOrder(null, _time, null, a);
        await a.PlayAsync(router, "sssf");
        var metrics = router.GetMetrics()["a"];
        (metrics.TotalRequests, metrics.SuccessfulRequests, metrics.FailedRequests, metrics.SuccessRate, metrics.RecentErrorRate)
            .Should().Be((4, 3, 1, 0.75, 0.25));
        metrics.TotalTokens.Should().Be(12, "the failed one used none");
    }

    [Fact]
    public async Task Time_to_first_token_is_that_of_streamed_attempts_only()
    {
        var a = Provider();
        await using var router = InOrder(new(), _time, null, a).ExportingTo(_registry);
        (a.BeforeFirst, a.AfterFirst) = (TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(5));
        await router.RunAsync(streamed: true);
        a.BeforeFirst = TimeSpan.FromSeconds(0.5);
        await router.RunAsync(streamed: true);
        a.BeforeFirst = TimeSpan.FromSeconds(30);
        await router.RunAsync(streamed: false);

        router.GetMetrics()["a"].TimeToFirstToken.Should().Be(TimeSpan.FromSeconds(0.4));
        var page = await Exposition.ReadAsync(_registry);
        page[$"llm_time_to_first_token_seconds_count{{{Labels}}}"].Should().Be(2);
        page[$"llm_time_to_first_token_seconds_sum{{{Labels}}}"].Should().BeApproximately(0.8, 1e-9);
        page[$"llm_time_to_first_token_seconds_bucket{{{Labels},le=\"0.25\"}}"].Should().Be(0);
        page[$"llm_time_to_first_token_seconds_bucket{{{Labels},le=\"0.5\"}}"].Should().Be(2);
    }

    // The Python original exported a histogram of averages: every observation was the mean so far.
    [Fact]
    public async Task The_latency_histogram_counts_every_duration_in_its_own_bucket()
    {
        var a = Provider();
        await using var router = InOrder(new() { Timeouts = Unlimited() }, _time, null, a).ExportingTo(_registry);
        double[] durations = [0.03, 0.05, 0.051, 0.1, 0.7, 0.7, 3, 4.999, 5, 5.001, 100, 121, 500];
        foreach (var seconds in durations)
            await CallAsync(router, a, TimeSpan.FromSeconds(seconds));
        await AssertBucketsAsync(durations);

        // The page is taken in between; what comes after adds to it.
        double[] more = [0.01, 0.25, 60, 60];
        foreach (var seconds in more)
            await CallAsync(router, a, TimeSpan.FromSeconds(seconds));
        await AssertBucketsAsync([.. durations, .. more]);
        await AssertBucketsAsync([.. durations, .. more]);
    }

    [Fact]
    public async Task The_call_s_duration_is_one_observation_per_call_and_overhead_is_not_the_provider_s_time()
    {
        var (a, b) = (Provider(), new Script("b", _time, t => _time.Advance(t)) { BeforeFirst = TimeSpan.FromSeconds(7) });
        await using var router = InOrder(new(), _time, null, a, b).ExportingTo(_registry);
        (a.Fails, a.BeforeFirst) = (LlmErrorKind.Unavailable, TimeSpan.FromSeconds(4));
        await router.RouteAsync("hello");
        var page = await Exposition.ReadAsync(_registry);
        (page["llm_call_duration_seconds_count"], page["llm_call_duration_seconds_sum"]).Should().Be((1, 11));
        page["llm_router_overhead_seconds_sum"].Should().Be(0);
        page["llm_router_overhead_seconds_bucket{le=\"1e-06\"}"].Should().Be(1);
        page["llm_failovers_total"].Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task In_flight_is_counted_while_an_attempt_runs_and_on_the_page(bool streamed)
    {
        var gate = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, _) => WhenAsync(gate.Task));
        await using var router = InOrder(new(), _time, null, a).ExportingTo(_registry);
        var calls = new[] { router.AskAsync(streamed), router.AskAsync(streamed) };
        await UntilAsync(() => a.Calls == 2);
        router.GetMetrics()["a"].InFlight.Should().Be(2);
        (await Exposition.ReadAsync(_registry))["llm_in_flight_requests{provider=\"a\"}"].Should().Be(2);
        gate.SetResult();
        await Task.WhenAll(calls);
        router.GetMetrics()["a"].InFlight.Should().Be(0);

        static async IAsyncEnumerable<Microsoft.Extensions.AI.ChatResponseUpdate> WhenAsync(Task gate)
        {
            await gate;
            yield return Some.Word("ok");
        }
    }

    [Fact]
    public async Task A_removed_provider_s_gauges_go_and_its_counters_stay()
    {
        var a = Provider();
        await using var router = InOrder(new(), _time, null, a).ExportingTo(_registry);
        await router.RouteAsync("hello");
        (await Exposition.ReadAsync(_registry)).Text.Should().Contain("llm_provider_health{provider=\"a\"} 1");
        router.RemoveProvider("a");
        var page = await Exposition.ReadAsync(_registry);
        page.Text.Should().NotContain("llm_provider_health{").And.NotContain("llm_in_flight_requests{");
        page[$"llm_requests_total{{{Labels},status=\"success\"}}"].Should().Be(1);
    }

    [Fact]
    public async Task A_name_that_changes_its_model_keeps_its_sums_and_counts_each_model_for_itself()
    {
        await using var router = InOrder(new() { Prices = PricingTable.Empty() }, _time, null).ExportingTo(_registry);
        foreach (var (model, price) in new (string, ModelPrice?)[]
        {
            ("m", new(1000m)), ("n", new(1m)), ("o", null), ("m", new(1000m)), ("o", null)
        })
        {
            var a = new Script("a", _time, time => _time.Advance(time)) { Info = new("a", "mock", model) };
            router.AddProvider(a, new ProviderOptions { Price = price });
            await router.RouteAsync("hello");
            router.RemoveProvider("a");
        }

        router.AddProvider(Provider());
        var metrics = router.GetMetrics()["a"];
        (metrics.SuccessfulRequests, metrics.TotalCost, metrics.UnpricedRequests).Should().Be((5, 8.004m, 2));
        var page = await Exposition.ReadAsync(_registry);
        foreach (var (model, calls) in new[] { ("m", 2), ("n", 1), ("o", 2) })
            page[$"llm_requests_total{{provider=\"a\",model=\"{model}\",status=\"success\"}}"].Should().Be(calls, $"of {model}");
    }

    [Fact]
    public async Task Two_routers_on_one_registry_add_up()
    {
        await using var one = InOrder(new(), _time, null, Provider()).ExportingTo(_registry);
        await using var two = InOrder(new(), _time, null, Provider()).ExportingTo(_registry);
        await one.RouteAsync("hello");
        await two.RouteAsync("hello");
        (await Exposition.ReadAsync(_registry))[$"llm_requests_total{{{Labels},status=\"success\"}}"].Should().Be(2);
        await two.RouteAsync("hello");
        await two.DisposeAsync();
        var page = await Exposition.ReadAsync(_registry);
        page[$"llm_requests_total{{{Labels},status=\"success\"}}"].Should().Be(3, "a router that goes leaves its last numbers");
        page[$"llm_request_latency_seconds_count{{{Labels}}}"].Should().Be(3);
        page["llm_calls_total{outcome=\"success\"}"].Should().Be(3);
    }

    private static TimeoutOptions Unlimited() =>
        new() { Attempt = Timeout.InfiniteTimeSpan, Call = Timeout.InfiniteTimeSpan, Idle = Timeout.InfiniteTimeSpan };

    private static async Task CallAsync(Router router, Script provider, TimeSpan duration)
    {
        provider.BeforeFirst = duration;
        await router.RouteAsync("hello");
    }

    private async Task AssertBucketsAsync(double[] durations)
    {
        var page = await Exposition.ReadAsync(_registry);
        foreach (var bound in new[] { 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120 })
        {
            var le = bound.ToString(System.Globalization.CultureInfo.InvariantCulture);
            page[$"llm_request_latency_seconds_bucket{{{Labels},le=\"{le}\"}}"].Should().Be(
                durations.Count(d => d <= bound), $"of the bound {le}");
        }

        page[$"llm_request_latency_seconds_bucket{{{Labels},le=\"+Inf\"}}"].Should().Be(durations.Length);
        page[$"llm_request_latency_seconds_count{{{Labels}}}"].Should().Be(durations.Length);
        page[$"llm_request_latency_seconds_sum{{{Labels}}}"].Should().BeApproximately(durations.Sum(), 1e-6);
    }

    private Script Provider() => new("a", _time, time => _time.Advance(time));
}
