using System.Globalization;

namespace Orchestrator.Lab;

/// <summary>The router's numbers beside the ledger's, and the exported page beside both.</summary>
internal static class Totals
{
    private const string Section = "totals and /metrics";

    public static async Task CompareAsync(Router router, Ledger ledger, Findings findings)
    {
        var server = await router.StartMetricsServerAsync(port: 0);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var page = (await http.GetStringAsync(server.Url)).Split('\n');
        var attempts = ledger.Attempts;
        var metrics = router.GetMetrics().Values.Single();

        void Equal(string what, decimal counted, decimal shown, string? series = null)
        {
            findings.Equal(Section, $"{what}, GetMetrics", counted, shown);
            if (series is not null)
                findings.Equal(Section, $"{what}, {series}", (double)counted, Sum(page, series));
        }

        decimal Count(AttemptOutcome outcome) => attempts.Count(a => a.Outcome == outcome);

        Equal("attempts", attempts.Count, metrics.TotalRequests, "llm_request_latency_seconds_count");
        Equal("successful", Count(AttemptOutcome.Succeeded), metrics.SuccessfulRequests, "llm_requests_total status=\"success\"");
        Equal("failed", Count(AttemptOutcome.Failed), metrics.FailedRequests, "llm_requests_total status=\"failure\"");
        Equal("cancelled", Count(AttemptOutcome.Cancelled), metrics.CancelledRequests, "llm_requests_total status=\"cancelled\"");
        Equal("abandoned", Count(AttemptOutcome.Abandoned), metrics.AbandonedRequests, "llm_requests_total status=\"abandoned\"");
        Equal("prompt tokens", attempts.Sum(a => (decimal)a.Usage.PromptTokens), metrics.TotalPromptTokens,
            "llm_tokens_total type=\"prompt\"");
        Equal("completion tokens", attempts.Sum(a => (decimal)a.Usage.CompletionTokens), metrics.TotalCompletionTokens,
            "llm_tokens_total type=\"completion\"");
        Equal("in flight", 0, metrics.InFlight, "llm_in_flight_requests");
        Equal("unpriced", 0, metrics.UnpricedRequests, "llm_unpriced_requests_total");
        var cost = attempts.Sum(a => a.Cost ?? 0);
        Equal("cost", cost, metrics.TotalCost);
        // The page holds doubles, which round.
        findings.Check(Section, Math.Abs((double)cost - Sum(page, "llm_cost_total")) <= 1e-9 * (double)cost,
            $"cost: counted {cost}, exported {Sum(page, "llm_cost_total")}.");
        foreach (var outcome in new[] { "success", "failure", "cancelled", "abandoned" })
            findings.Equal(
                Section, $"calls that end in {outcome}", ledger.CallsOf(outcome), Sum(page, $"llm_calls_total outcome=\"{outcome}\""));
        findings.Note(Section, $"{metrics.SuccessfulRequests} succeeded, {metrics.CancelledRequests} cancelled, "
            + $"{metrics.AbandonedRequests} abandoned, {metrics.FailedRequests} failed; "
            + $"{metrics.TotalPromptTokens} + {metrics.TotalCompletionTokens} tokens; p50 {metrics.LatencyP50.TotalMilliseconds:F0} "
                + $"ms, first token {metrics.TimeToFirstToken?.TotalMilliseconds:F1} ms");
        await router.StopMetricsServerAsync();
    }

    /// <summary>The sum of a metric's series, of those with a label where one follows the name.</summary>
    private static double Sum(string[] page, string series)
    {
        var words = series.Split(' ');
        return page
            .Where(line => line.StartsWith(words[0] + "{", StringComparison.Ordinal)
                && words.Skip(1).All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
