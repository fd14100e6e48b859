using System.Globalization;

namespace Orchestrator.Soak;

/// <summary>While nothing runs, four sources must agree to the last token and kopeck:
/// the providers' ledger, the attempts, the metrics, the page.</summary>
internal static class TotalsAudit
{
    private static readonly string[] Labels = ["success", "failure", "cancelled", "abandoned"];

    public static void Check(
        Tally total, ProviderSet providers, IReadOnlyDictionary<string, ProviderMetrics> metrics, ServedPage page, Violations violations)
    {
        foreach (var (name, sums) in total.ByName)
        {
            var m = metrics[name];
            var label = $"provider=\"{name}\"";
            long[] outcomes = [m.SuccessfulRequests, m.FailedRequests, m.CancelledRequests, m.AbandonedRequests];
            Same($"{name}: asked", providers.AskedOf(name), sums.Outcomes.Sum());
            Same($"{name}: in flight", 0, m.InFlight);
            Same($"{name}: queued", 0, m.Queued);
            for (var i = 0; i < Labels.Length; i++)
            {
                Same($"{name}: {Labels[i]}, metrics", sums.Outcomes[i], outcomes[i]);
                Same($"{name}: {Labels[i]}, page", sums.Outcomes[i], page.Sum("llm_requests_total", label, $"status=\"{Labels[i]}\""));
            }

            Same($"{name}: prompt tokens, metrics", sums.Prompt, m.TotalPromptTokens);
            Same($"{name}: completion tokens, metrics", sums.Completion, m.TotalCompletionTokens);
            Same($"{name}: prompt tokens, page", sums.Prompt, page.Sum("llm_tokens_total", label, "type=\"prompt\""));
            Same($"{name}: completion tokens, page", sums.Completion, page.Sum("llm_tokens_total", label, "type=\"completion\""));
            violations.Expect(sums.Cost == m.TotalCost, () => $"{name}: cost {sums.Cost}, metrics {m.TotalCost}");
            // The page is floating point: as near as that goes.
            var shown = page.Sum("llm_cost_total", label);
            violations.Expect(
                Math.Abs(shown - (double)sums.Cost) <= 1e-12 * (double)sums.Cost, () => $"{name}: cost {sums.Cost}, page {shown:R}");
        }

        Same("calls", total.Calls.Sum(), page.Sum("llm_calls_total"));
        Same("calls that succeeded", total.Calls[0], page.Sum("llm_calls_total", "outcome=\"success\""), atLeast: true);
        Same("retries", total.Roles[(int)AttemptRole.Retry], page.Sum("llm_retries_total"));
        Same("in flight, page", 0, page.Sum("llm_in_flight_requests"));
        Same("queued, page", 0, page.Sum("llm_queued_requests"));

        // A consumer that leaves a stream after the completion mark abandons it; the attempt has succeeded nevertheless.
        void Same(string what, long expected, double actual, bool atLeast = false) =>
            violations.Expect(atLeast ? actual >= expected : actual == expected, () =>
                string.Create(CultureInfo.InvariantCulture, $"{what}: expected {expected}, got {actual}"));
    }
}
