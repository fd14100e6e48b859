using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Health;

/// <summary>Status by the errors of the last 60 s, and what it does to routing.</summary>
public class ProviderHealthTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    // Fewer than five ends say nothing.
    [InlineData("", ProviderHealth.Healthy)]
    [InlineData("f", ProviderHealth.Healthy)]
    [InlineData("ffsf", ProviderHealth.Healthy)]
    // 20 %, 25 %, then 30 % and 60 % exactly.
    [InlineData("sfsss", ProviderHealth.Healthy)]
    [InlineData("sfsssfss", ProviderHealth.Healthy)]
    [InlineData("sfsfsfssss", ProviderHealth.Degraded)]
    [InlineData("sfsfs", ProviderHealth.Degraded)]
    [InlineData("ffsfs", ProviderHealth.Unhealthy)]
    [InlineData("ffsff", ProviderHealth.Unhealthy)]
    // Three in a row eject it, whatever the share and however few they are.
    [InlineData("ff", ProviderHealth.Healthy)]
    [InlineData("fff", ProviderHealth.Unhealthy)]
    [InlineData("ssssssssssssssfff", ProviderHealth.Unhealthy)]
    [InlineData("sssssssssssffsff", ProviderHealth.Healthy)]
    public async Task Status_follows_the_share_of_errors_and_the_run_of_failures(string outcomes, ProviderHealth expected)
    {
        var a = Provider("a");
        await using var router = InOrder(null, _time, null, a);
        await a.PlayAsync(router, outcomes);
        var metrics = router.GetMetrics()["a"];
        metrics.Health.Should().Be(expected);
        metrics.IsAvailable.Should().Be(expected != ProviderHealth.Unhealthy);
        metrics.RecentErrorRate
            .Should().BeApproximately(outcomes.Length == 0 ? 0 : (double)outcomes.Count(c => c == 'f') / outcomes.Length, 1e-9);
    }

    [Theory]
    [InlineData("sfsss", ProviderHealth.Healthy)]
    [InlineData("sfsfs", ProviderHealth.Degraded)]
    public async Task A_call_that_is_planned_goes_by_the_status_the_gauges_show(string outcomes, ProviderHealth expected)
    {
        var a = Provider("a");
        await using var router = InOrder(null, _time, null, a);
        await a.PlayAsync(router, outcomes);
        var candidate = router.Explain(new LlmRequest("hello")).Candidates.Single();
        (candidate.Health, candidate.Availability).Should().Be((expected, ProviderAvailability.Available));
    }

    [Theory]
    [InlineData(29, 71, ProviderHealth.Healthy)]
    [InlineData(30, 70, ProviderHealth.Degraded)]
    [InlineData(59, 41, ProviderHealth.Degraded)]
    [InlineData(60, 40, ProviderHealth.Unhealthy)]
    public async Task The_thresholds_belong_to_the_worse_status_exactly(int bad, int good, ProviderHealth expected)
    {
        var a = Provider("a");
        // The successes first, so that the share grows to its end, and no run of failures decides instead of it.
        await using var router = InOrder(new() { Health = new() { ConsecutiveFailures = 1000 } }, _time, null, a);
        await a.PlayAsync(router, new string('s', good) + new string('f', bad));
        var metrics = router.GetMetrics()["a"];
        metrics.Health.Should().Be(expected);
        metrics.Ejections.Should().Be(expected == ProviderHealth.Unhealthy ? 1 : 0);
    }

    [Theory]
    [InlineData("sfsfs", ProviderHealth.Degraded, 0.5)]
    [InlineData("ffsff", ProviderHealth.Unhealthy, 0)]
    public async Task The_window_forgets_by_time_alone(string outcomes, ProviderHealth before, double gauge)
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var a = Provider("a");
        await using var router = InOrder(new(), _time, null, a).ExportingTo(registry);
        await a.PlayAsync(router, outcomes);
        _time.Advance(TimeSpan.FromSeconds(58));
        router.GetMetrics()["a"].Health.Should().Be(before);
        (await Exposition.ReadAsync(registry))["llm_provider_health{provider=\"a\"}"].Should().Be(gauge);

        _time.Advance(TimeSpan.FromSeconds(3));
        var healed = router.GetMetrics()["a"];
        (healed.Health, healed.RecentErrorRate, healed.IsAvailable).Should().Be((ProviderHealth.Healthy, 0, true));
        healed.FailedRequests.Should().Be(outcomes.Count(c => c == 'f'), "totals do not forget");
        (await Exposition.ReadAsync(registry))["llm_provider_health{provider=\"a\"}"].Should().Be(1);
    }

    [Fact]
    public async Task Errors_leave_the_window_one_second_at_a_time()
    {
        var a = Provider("a");
        await using var router = InOrder(null, _time, null, a);
        for (var second = 0; second < 60; second++)
        {
            // Never so many that they eject it: its recovery would clear the window.
            await a.PlayAsync(router, second < 30 ? "sf" : "ss");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var rates = new List<double>();
        for (var second = 0; second < 30; second++)
        {
            rates.Add(router.GetMetrics()["a"].RecentErrorRate);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        rates.Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        rates[0].Should().BeApproximately(0.25, 0.01);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0, "all failures are older than a minute");
    }

    [Fact]
    public async Task Successes_that_age_out_of_the_window_can_leave_errors_that_eject()
    {
        var (a, b) = (Provider("a"), Provider("b"));
        await using var router = InOrder(null, _time, null, a, b);
        await a.PlayAsync(router, "ssssssssss");
        _time.Advance(TimeSpan.FromSeconds(30));
        await a.PlayAsync(router, "ffsff");
        router.GetMetrics()["a"].Ejections.Should().Be(0, "four errors in fifteen calls");
        _time.Advance(TimeSpan.FromSeconds(31));
        (await router.RouteAsync("hello")).Provider.Name.Should().Be("b");
        var metrics = router.GetMetrics()["a"];
        (metrics.Ejections, metrics.Health, metrics.RecentErrorRate).Should().Be((1, ProviderHealth.Unhealthy, 0.8));
    }

    // The Python original judged by all calls ever made, so a provider with a past could not fall ill.
    [Fact]
    public async Task Five_hundred_failures_now_count_for_more_than_a_hundred_thousand_successes_before()
    {
        var a = Provider("a");
        await using var router = InOrder(null, _time, null, a);
        for (var i = 0; i < 100_000; i++)
        {
            await router.RouteAsync("hello");
            if (i % 100 == 99)
                _time.Advance(TimeSpan.FromSeconds(10));
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        router.GetMetrics()["a"].Health.Should().Be(ProviderHealth.Healthy);
        await a.PlayAsync(router, new string('f', 500));
        var metrics = router.GetMetrics()["a"];
        metrics.Health.Should().Be(ProviderHealth.Unhealthy);
        metrics.SuccessRate.Should().BeGreaterThan(0.99, "the past is still told, but does not decide");
    }

    [Theory]
    [InlineData(LlmErrorKind.ServerError, true)]
    [InlineData(LlmErrorKind.Unavailable, true)]
    [InlineData(LlmErrorKind.Timeout, true)]
    [InlineData(LlmErrorKind.MalformedResponse, true)]
    [InlineData(LlmErrorKind.StreamInterrupted, true)]
    [InlineData(LlmErrorKind.Unknown, true)]
    [InlineData(LlmErrorKind.RateLimited, false)]
    [InlineData(LlmErrorKind.ContextLengthExceeded, false)]
    [InlineData(LlmErrorKind.NotSupported, false)]
    [InlineData(LlmErrorKind.InvalidRequest, false)]
    [InlineData(LlmErrorKind.ContentFiltered, false)]
    [InlineData(LlmErrorKind.NoCandidate, false)]
    public async Task Only_the_provider_s_own_faults_count_against_it(LlmErrorKind kind, bool isFailure)
    {
        var a = Provider("a");
        await using var router = InOrder(null, _time, null, a);
        foreach (var letter in "sffsff")
        {
            await a.PlayAsync(router, letter.ToString(), kind);
            // The cool-down after a rate limit is over by then.
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        var metrics = router.GetMetrics()["a"];
        metrics.FailedRequests.Should().Be(4);
        metrics.IsAvailable.Should().Be(!isFailure);
        metrics.Health.Should().Be(isFailure ? ProviderHealth.Unhealthy : ProviderHealth.Healthy);
        (metrics.RecentErrorRate > 0).Should().Be(isFailure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelled_and_abandoned_attempts_are_neither_good_nor_bad(bool cancels)
    {
        var a = new FakeProvider("a", (_, token) => WordThenSilenceAsync(token));
        await using var router = InOrder(null, _time, null, a);
        for (var i = 0; i < 6; i++)
        {
            using var cancel = new CancellationTokenSource();
            try
            {
                await foreach (var update in router.RouteStreamAsync("hello", null, cancel.Token))
                {
                    if (!cancels)
                        break;
                    await cancel.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
                // That is what the theory is about.
            }
        }

        var metrics = router.GetMetrics()["a"];
        (metrics.CancelledRequests, metrics.AbandonedRequests).Should().Be(cancels ? (6, 0) : (0, 6));
        (metrics.Health, metrics.RecentErrorRate, metrics.SuccessRate).Should().Be((ProviderHealth.Healthy, 0, 1));
    }

    [Theory]
    [InlineData(RoutingStrategy.RoundRobin, true)]
    [InlineData(RoutingStrategy.Random, false)]
    [InlineData(RoutingStrategy.FirstAvailable, true)]
    [InlineData(RoutingStrategy.BestAvailable, false)]
    public async Task An_ejected_provider_is_tried_last_until_its_cool_down_is_over_and_its_trial_succeeds(
        RoutingStrategy strategy, bool streamed)
    {
        var (a, b) = (Provider("a"), Provider("b"));
        await using var router = new Router(new RouterOptions
        {
            Strategy = strategy,
            Random = new Random(7),
            Retry = new() { MaxRetriesPerProvider = 0 }
        }, timeProvider: _time);
        router.AddProvider(a).AddProvider(b);
        await a.PlayAsync(router, "ssfff");
        router.GetMetrics()["a"].AvailableIn.Should().BeCloseTo(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        var before = a.Calls;
        for (var i = 0; i < 20; i++)
            (await router.RunAsync(streamed)).Route.Provider.Name.Should().Be("b");
        a.Calls.Should().Be(before, "while another one is available");

        (a.Fails, b.Fails) = (LlmErrorKind.ServerError, LlmErrorKind.ServerError);
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        error.Attempts.Select(x => (x.Provider.Name, x.Role))
            .Should().Equal([("b", AttemptRole.First), ("a", AttemptRole.Failover)], "last is not never");
        (a.Fails, b.Fails) = (null, null);

        _time.Advance(TimeSpan.FromSeconds(6.1));
        router.GetMetrics()["a"].IsAvailable.Should().BeFalse("no call has tried it");
        var trial = (await router.RunAsync(streamed)).Route.Attempts;
        trial.Select(x => (x.Provider.Name, x.Role)).Should().Equal([("a", AttemptRole.Trial)], "though b is available");
        var metrics = router.GetMetrics()["a"];
        (metrics.IsAvailable, metrics.Health, metrics.RecentErrorRate).Should().Be((true, ProviderHealth.Healthy, 0));
        before = a.Calls;
        for (var i = 0; i < 20; i++)
            await router.RunAsync(streamed);
        a.Calls.Should().BeGreaterThan(before);
    }

    [Theory]
    [BothModes]
    public async Task When_all_are_ejected_the_least_bad_is_tried_first_and_calls_go_on(bool streamed)
    {
        var (worse, bad) = (Provider("worse"), Provider("bad"));
        await using var router = InOrder(null, _time, null, worse, bad);
        await worse.PlayAsync(router, "sfff");
        await bad.PlayAsync(router, "sssfff");
        router.GetMetrics().Values.Should().OnlyContain(m => !m.IsAvailable);
        (await router.RunAsync(streamed)).Route.Provider.Name.Should().Be("bad");
    }

    [Fact]
    public async Task A_provider_without_samples_gets_tried_by_best_available()
    {
        var (warm, cold) = (Provider("warm"), Provider("cold"));
        (warm.BeforeFirst, cold.BeforeFirst) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.2));
        await using var router = new Router(new RouterOptions { Strategy = RoutingStrategy.BestAvailable }, timeProvider: _time);
        router.AddProvider(warm).AddProvider(cold);
        await warm.PlayAsync(router, "sss");
        for (var i = 0; i < 10; i++)
            await router.RouteAsync("hello");
        cold.Calls.Should().BeGreaterThan(5, "it was tried, and is the faster one");
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> WordThenSilenceAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        yield return Some.Word("word ");
        await Task.Delay(Timeout.Infinite, token);
    }

    private Script Provider(string name) => new(name, _time, time => _time.Advance(time));
}
