using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Tests.Support;
using Prometheus;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>One set of numbers in the response, the attempt, the metrics and the exported counters.</summary>
public partial class AttemptAccountingTests
{
    [Theory]
    [BothModes]
    public async Task Response_attempt_metrics_and_exported_counters_carry_the_same_numbers(bool streamed)
    {
        var options = Options();
        var a = 0;
        var flaky = Provider("a", (_, _) => (a++ % 3) switch
        {
            0 => Some.Cut(["half "], new LlmException(LlmErrorKind.StreamInterrupted, "cut")),
            1 => Some.Failure(new LlmException(LlmErrorKind.Unavailable, "down")),
            _ => Some.Answer("whole"),
        });
        await using var router = InOrder(options, flaky, Provider("b", (_, _) => Some.Updates(Some.Word(Answer), Some.Finish())))
            .ExportingTo(_registry);
        var (answered, failed) = (0, 0);
        for (var i = 0; i < 9; i++)
        {
            var before = _log.Attempts.Count;
            try
            {
                var (_, route) = await router.RunAsync(streamed);
                var last = _log.Attempts[^1];
                (route.Usage, route.Cost, route.Provider).Should().Be((last.Usage, last.Cost, last.Provider));
                route.Attempts.Should().Equal(_log.Attempts.Skip(before));
                answered++;
            }
            catch (LlmException)
            {
                failed++;
            }
        }

        // a turns Unhealthy soon and goes last; whatever the order, the sums agree.
        (answered + failed).Should().Be(9);
        _log.Attempts.Select(x => x.Outcome).Distinct().Should().HaveCount(2);
        await AssertSameNumbersAsync(router, _registry);
        var page = await Exposition.ReadAsync(_registry);
        page["llm_calls_total{outcome=\"success\"}"].Should().Be(answered);
        page["llm_calls_total{outcome=\"failure\"}"].Should().Be(failed);
        page["llm_failovers_total"].Should().Be(_log.Attempts.Count(x => x.Number > 1));
        foreach (var kind in _log.Attempts.Where(x => x.Error is not null).GroupBy(x => x.Error!.Kind))
            page[$"llm_errors_total{{provider=\"a\",kind=\"{kind.Key}\"}}"].Should().Be(kind.Count());
    }

    private async Task AssertSameNumbersAsync(Router router, CollectorRegistry registry)
    {
        var page = await Exposition.ReadAsync(registry);
        foreach (var (name, metrics) in router.GetMetrics())
        {
            var attempts = _log.Attempts.Where(a => a.Provider.Name == name).ToList();
            long Count(AttemptOutcome outcome) => attempts.Count(a => a.Outcome == outcome);
            metrics.TotalRequests.Should().Be(attempts.Count);
            (metrics.SuccessfulRequests, metrics.FailedRequests, metrics.CancelledRequests, metrics.AbandonedRequests)
                .Should().Be((Count(AttemptOutcome.Succeeded), Count(AttemptOutcome.Failed), Count(AttemptOutcome.Cancelled),
                    Count(AttemptOutcome.Abandoned)));
            metrics.TotalPromptTokens.Should().Be(attempts.Sum(a => a.Usage.PromptTokens));
            metrics.TotalCompletionTokens.Should().Be(attempts.Sum(a => a.Usage.CompletionTokens));
            metrics.TotalCost.Should().Be(attempts.Sum(a => a.Cost!.Value));
            metrics.InFlight.Should().Be(0);

            page[$"llm_requests_total{{provider=\"{name}\",model=\"m\",status=\"success\"}}"].Should().Be(metrics.SuccessfulRequests);
            page[$"llm_requests_total{{provider=\"{name}\",model=\"m\",status=\"failure\"}}"].Should().Be(metrics.FailedRequests);
            page[$"llm_requests_total{{provider=\"{name}\",model=\"m\",status=\"cancelled\"}}"].Should().Be(metrics.CancelledRequests);
            page[$"llm_requests_total{{provider=\"{name}\",model=\"m\",status=\"abandoned\"}}"].Should().Be(metrics.AbandonedRequests);
            page[$"llm_tokens_total{{provider=\"{name}\",model=\"m\",type=\"prompt\"}}"].Should().Be(metrics.TotalPromptTokens);
            page[$"llm_tokens_total{{provider=\"{name}\",model=\"m\",type=\"completion\"}}"].Should().Be(metrics.TotalCompletionTokens);
            page[$"llm_cost_total{{provider=\"{name}\",model=\"m\",currency=\"USD\"}}"].Should().BeApproximately(
                (double)metrics.TotalCost, 1e-12);
            page[$"llm_request_latency_seconds_count{{provider=\"{name}\",model=\"m\"}}"].Should().Be(metrics.TotalRequests);
            page[$"llm_in_flight_requests{{provider=\"{name}\"}}"].Should().Be(0);
        }
    }
}
