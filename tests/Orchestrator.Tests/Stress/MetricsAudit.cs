using System.Globalization;

namespace Orchestrator.Tests.Stress;

/// <summary>Compares the test's own sums with <see cref="ProviderMetrics"/> and with the exported page.</summary>
internal static class MetricsAudit
{
    private static readonly (AttemptOutcome Outcome, string Label)[] Outcomes =
    [
        (AttemptOutcome.Succeeded, "success"), (AttemptOutcome.Failed, "failure"), (AttemptOutcome.Cancelled, "cancelled"),
        (AttemptOutcome.Abandoned, "abandoned"),
    ];

    public static void Compare(StressRun run, Tally total, IReadOnlyDictionary<string, ProviderMetrics> metrics, ExportedPage page)
    {
        foreach (var name in metrics.Keys)
            CompareChanges(run, metrics[name], page);
        foreach (var group in total.Models.GroupBy(m => m.Key.Provider))
        {
            var sum = new ModelTally();
            foreach (var (_, model) in group)
                sum.Add(model);
            CompareMetrics(run, sum, metrics[group.Key]);
        }

        foreach (var ((provider, model), tally) in total.Models)
            ComparePage(run, tally, page, $"provider=\"{provider}\"", $"model=\"{model}\"");
        foreach (var (outcome, label) in Outcomes)
            Same(run, $"calls {label}", total.Calls[(int)outcome], page.Sum("llm_calls_total", $"outcome=\"{label}\""));
        Same(run, "failovers", total.Failovers, page.Sum("llm_failovers_total"));
        Same(run, "retries", total.Retries, page.Sum("llm_retries_total"));
        Same(run, "calls waiting", 0, page.Sum("llm_queued_requests"));
        // A permit may be granted and given back, because its provider was ejected or left out meanwhile.
        var waits = page.Sum("llm_queue_wait_seconds_count");
        if (waits < total.Waits || (run.Plan.Permits is null && waits > 0))
            run.Complain($"{total.Waits} attempts waited for a permit, the page has {waits} waits");
        Same(run, "calls timed", total.Calls.Sum(), page.Sum("llm_call_duration_seconds_count"));
        Same(run, "calls with overhead", total.Calls.Sum(), page.Sum("llm_router_overhead_seconds_count"));
        Same(run, "attempts in flight", 0, page.Sum("llm_in_flight_requests"));
        Same(run, "attempts in all", total.Models.Sum(m => m.Value.Attempts), page.Sum("llm_requests_total"));
        foreach (var fault in page.Faults(null))
            run.Complain(fault);
    }

    /// <summary>Each change of availability is logged once and counted once.</summary>
    private static void CompareChanges(StressRun run, ProviderMetrics metrics, ExportedPage page)
    {
        foreach (var state in new[] { "ejected", "trial", "available", "excluded" })
            Same(run, $"{metrics.Provider} {state}", run.Log.Changes($"llm_provider_{state}", metrics.Provider),
                page.Sum("llm_provider_state_changes_total", $"provider=\"{metrics.Provider}\"", $"state=\"{state}\""));
        Same(run, $"{metrics.Provider} ejections", run.Log.Changes("llm_provider_ejected", metrics.Provider), metrics.Ejections);
    }

    private static void CompareMetrics(StressRun run, ModelTally sum, ProviderMetrics metrics)
    {
        var name = metrics.Provider;
        Same(run, $"{name} in flight", 0, metrics.InFlight);
        Same(run, $"{name} requests", sum.Attempts, metrics.TotalRequests);
        Same(run, $"{name} succeeded", sum.Outcomes[(int)AttemptOutcome.Succeeded], metrics.SuccessfulRequests);
        Same(run, $"{name} failed", sum.Outcomes[(int)AttemptOutcome.Failed], metrics.FailedRequests);
        Same(run, $"{name} cancelled", sum.Outcomes[(int)AttemptOutcome.Cancelled], metrics.CancelledRequests);
        Same(run, $"{name} abandoned", sum.Outcomes[(int)AttemptOutcome.Abandoned], metrics.AbandonedRequests);
        Same(run, $"{name} prompt tokens", sum.Prompt, metrics.TotalPromptTokens);
        Same(run, $"{name} completion tokens", sum.Completion, metrics.TotalCompletionTokens);
        Same(run, $"{name} unpriced", sum.Unpriced, metrics.UnpricedRequests);
        if (sum.Cost != metrics.TotalCost)
            run.Complain($"{name} cost: expected {sum.Cost}, the metrics say {metrics.TotalCost}");
    }

    private static void ComparePage(StressRun run, ModelTally tally, ExportedPage page, string provider, string model)
    {
        foreach (var (outcome, label) in Outcomes)
            Same(run, $"{model} {label}", tally.Outcomes[(int)outcome],
                page.Sum("llm_requests_total", provider, model, $"status=\"{label}\""));
        Same(run, $"{model} prompt tokens", tally.Prompt, page.Sum("llm_tokens_total", provider, model, "type=\"prompt\""));
        Same(run, $"{model} completion tokens", tally.Completion, page.Sum("llm_tokens_total", provider, model, "type=\"completion\""));
        Same(run, $"{model} unpriced", tally.Unpriced, page.Sum("llm_unpriced_requests_total", provider, model));
        Same(run, $"{model} timed", tally.Attempts, page.Sum("llm_request_latency_seconds_count", provider, model));
        Same(run, $"{model} timed to +Inf", tally.Attempts, page.Sum("llm_request_latency_seconds_bucket", provider, model, "le=\"+Inf\""));
        Same(run, $"{model} first tokens", tally.FirstTokens, page.Sum("llm_time_to_first_token_seconds_count", provider, model));
        var cost = page.Sum("llm_cost_total", provider, model, "currency=\"RUB\"");
        if (Math.Abs(cost - (double)tally.Cost) > 1e-9 * (double)tally.Cost)
            run.Complain($"{model} cost: expected {tally.Cost}, the page says {cost:R}");
    }

    private static void Same(StressRun run, string what, long expected, double actual)
    {
        if (expected != actual)
            run.Complain(string.Create(CultureInfo.InvariantCulture, $"{what}: expected {expected}, got {actual}"));
    }
}
