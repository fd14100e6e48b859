using System.Numerics;
using FsCheck;
using FsCheck.Xunit;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>Whatever vendors report, absurd numbers included, the sums agree everywhere.</summary>
[Collection(StressCollection.Name)]
public class ReportedUsageProperties
{
    [Property(MaxTest = 200)]
    public async Task Tokens_and_money_of_any_reports_add_up_in_attempts_metrics_and_page(
        (long?, long?)[][] reports, uint promptNanos, uint completionNanos)
    {
        reports = [.. reports.Where(r => r.Length > 0)];
        var price = new ModelPrice(promptNanos / 1_000_000_000m, completionNanos / 1_000_000_000m);
        var log = new AttemptLog();
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var next = 0;
        var provider = new FakeProvider("a", (_, _) => Some.Updates(
            [Some.Word("word"), .. reports[next++].Select(r => new ChatResponseUpdate { Contents = [new UsageContent(Details(r))] }),
                Some.Finish()]));
        await using var router = InOrder(
            new() { Observers = { log }, Prices = PricingTable.Empty().With("mock", "a-model", price) }, provider).ExportingTo(registry);
        for (var i = 0; i < reports.Length; i++)
            await router.RunAsync(streamed: i % 2 == 0);

        var metrics = router.GetMetrics()["a"];
        var page = await Exposition.ReadAsync(registry);
        BigInteger prompt = 0, completion = 0, cost = 0;
        foreach (var (attempt, report) in log.Attempts.Zip(reports))
        {
            var (told, some) = (attempt.Usage, report.Any(r => r.Item1 is not null));
            if (some)
                told.PromptTokens.Should().Be(Sum(report.Select(r => r.Item1)));
            if (report.Any(r => r.Item2 is not null))
                told.CompletionTokens.Should().Be(Sum(report.Select(r => r.Item2)));
            prompt += told.PromptTokens;
            completion += told.CompletionTokens;
            cost += ((BigInteger)told.PromptTokens * promptNanos) + ((BigInteger)told.CompletionTokens * completionNanos);
        }

        new BigInteger(metrics.TotalPromptTokens).Should().Be(prompt);
        new BigInteger(metrics.TotalCompletionTokens).Should().Be(completion);
        // Prices in 10^-9 for a thousand tokens: single tokens cost whole 10^-12.
        new BigInteger(metrics.TotalCost * 1_000_000_000_000m).Should().Be(cost);
        page.Sum("llm_tokens_total", "type=\"prompt\"").Should().Be((double)prompt);
        page.Sum("llm_tokens_total", "type=\"completion\"").Should().Be((double)completion);
        page.Sum("llm_cost_total").Should().BeApproximately((double)metrics.TotalCost, 1e-12 * (double)metrics.TotalCost);
    }

    private static UsageDetails Details((long? Prompt, long? Completion) report) =>
        new() { InputTokenCount = report.Prompt, OutputTokenCount = report.Completion };

    /// <summary>Less than nothing is nothing, and more than an <see cref="int"/> holds is what it holds.</summary>
    private static int Sum(IEnumerable<long?> counts) =>
        (int)BigInteger.Min(int.MaxValue, counts.Aggregate(BigInteger.Zero, (sum, c) => sum + Math.Max(0, c ?? 0)));
}
