using System.Globalization;

namespace Orchestrator.Wall;

/// <summary>What has to hold after every scenario, whatever happened in it.</summary>
internal static class WallInvariants
{
    private static readonly (AttemptOutcome Outcome, string Label)[] Outcomes =
    [
        (AttemptOutcome.Succeeded, "success"), (AttemptOutcome.Failed, "failure"), (AttemptOutcome.Cancelled, "cancelled"),
        (AttemptOutcome.Abandoned, "abandoned"),
    ];

    public static async Task CheckAsync(WallWorld world, WallChecks checks)
    {
        await SettleAsync(world).ConfigureAwait(false);
        var told = world.Ledger.Attempts;
        var metrics = world.Router.GetMetrics();
        string text;
        using (world.Clock.Hold())
            text = await WallPage.ReadAsync(world.Router).ConfigureAwait(false);
        var page = new WallPage(text);
        foreach (var group in told.GroupBy(a => a.Provider.Name))
        {
            if (metrics.TryGetValue(group.Key, out var known))
                CompareMetrics(checks, [.. group], known);
            ComparePage(checks, [.. group], page, group.Key);
        }

        foreach (var (name, known) in metrics)
            checks.Required(known.InFlight == 0, $"{name} has {known.InFlight} attempts in flight after the end");
        Same(checks, "attempts on the page", told.Count, page.Sum("llm_requests_total"));
        foreach (var attempt in told)
            checks.Required(
                attempt.Duration >= TimeSpan.Zero && attempt.TimeToFirstToken is not { Ticks: < 0 }, $"an attempt took {attempt.Duration}");
        CheckServers(world, checks, told);
        CheckTexts(world, checks);
        CheckSecrets(world, checks, text);
    }

    /// <summary>Orphaned attempts end by the clock; a little of it has to pass.</summary>
    private static async Task SettleAsync(WallWorld world)
    {
        for (var i = 0; i < 100 && world.Router.GetMetrics().Values.Any(m => m.InFlight > 0); i++)
            await world.Clock.DelayAsync(TimeSpan.FromMilliseconds(50)).ConfigureAwait(false);
    }

    private static void CompareMetrics(WallChecks checks, LlmAttempt[] told, ProviderMetrics known)
    {
        var name = known.Provider;
        Same(checks, $"{name}'s attempts", told.Length, known.TotalRequests);
        Same(checks, $"{name}'s successes", told.Count(a => a.Outcome == AttemptOutcome.Succeeded), known.SuccessfulRequests);
        Same(checks, $"{name}'s failures", told.Count(a => a.Outcome == AttemptOutcome.Failed), known.FailedRequests);
        Same(checks, $"{name}'s cancelled", told.Count(a => a.Outcome == AttemptOutcome.Cancelled), known.CancelledRequests);
        Same(checks, $"{name}'s abandoned", told.Count(a => a.Outcome == AttemptOutcome.Abandoned), known.AbandonedRequests);
        Same(checks, $"{name}'s prompt tokens", told.Sum(a => (long)a.Usage.PromptTokens), known.TotalPromptTokens);
        Same(checks, $"{name}'s completion tokens", told.Sum(a => (long)a.Usage.CompletionTokens), known.TotalCompletionTokens);
        checks.Required(
            told.Sum(a => a.Cost ?? 0) == known.TotalCost, $"{name} cost {told.Sum(a => a.Cost ?? 0)}, its metrics say {known.TotalCost}");
    }

    private static void ComparePage(WallChecks checks, LlmAttempt[] told, WallPage page, string name)
    {
        var label = $"provider=\"{name}\"";
        foreach (var (outcome, status) in Outcomes)
            Same(checks, $"{name} {status} on the page", told.Count(a => a.Outcome == outcome), page.Sum(
                "llm_requests_total", label, $"status=\"{status}\""));
        Same(checks, $"{name}'s prompt tokens on the page", told.Sum(a => (long)a.Usage.PromptTokens),
            page.Sum("llm_tokens_total", label, "type=\"prompt\""));
        Same(checks, $"{name}'s completion tokens on the page", told.Sum(a => (long)a.Usage.CompletionTokens), page.Sum(
            "llm_tokens_total", label, "type=\"completion\""));
        var cost = (double)told.Sum(a => a.Cost ?? 0);
        checks.Required(Math.Abs(page.Sum("llm_cost_total", label) - cost) <= 1e-9 * cost,
            $"{name} cost {cost:R}, the page says {page.Sum("llm_cost_total", label):R}");
    }

    /// <summary>No request without an attempt that was reported. Attempts that found no connection leave no request.</summary>
    private static void CheckServers(WallWorld world, WallChecks checks, IReadOnlyList<LlmAttempt> told)
    {
        foreach (var (server, name) in new[] { (world.Primary, "primary"), (world.Secondary, "secondary") })
        {
            var asked = world.TimesAt(server).Count;
            // Further providers of a scenario share the secondary's server.
            var attempts = told.Count(a => a.Provider.Name == name || name == "secondary" && a.Provider.Name != "primary");
            // An attempt that finds its token refused asks once more with the next one, which has to be a second one then.
            var most = world.Protocol.Tokens?.CountOf(server) > 1 ? 2 * attempts : attempts;
            checks.Required(asked <= most, $"{name} got {asked} requests, {attempts} attempts were told of");
            checks.Required(
                server.Errors.Count == 0, $"the fake of {name} failed: {(server.Errors.Count > 0 ? server.Errors[0].Message : "")}");
        }
    }

    private static void CheckTexts(WallWorld world, WallChecks checks)
    {
        foreach (var text in world.Answers.SelectMany(a => a.Voided.Append(a.Text)).Where(
            t => t.Contains("ash1", StringComparison.Ordinal) || t.Contains("birch1", StringComparison.Ordinal)))
        {
            checks.Required(
                WallText.Primary.StartsWith(text, StringComparison.Ordinal)
                    || WallText.Secondary.StartsWith(text, StringComparison.Ordinal),
                "a text that no provider said: mixed, doubled or with a hole");
        }
    }

    private static void CheckSecrets(WallWorld world, WallChecks checks, string page)
    {
        foreach (var (level, id, text) in world.Log.Lines)
            checks.Required(level == Microsoft.Extensions.Logging.LogLevel.Trace || WallSecrets.In(text) is null,
                $"log event {id} holds {WallSecrets.In(text)}");
        checks.Required(WallSecrets.In(page) is null, $"the metrics page holds {WallSecrets.In(page)}");
        var errors = world.Answers.Select(a => a.Error).Concat(world.Ledger.Attempts.Select(a => a.Error)).OfType<Exception>();
        foreach (var error in errors)
            checks.Required(WallSecrets.In(error.ToString()) is null, $"{error.GetType().Name} holds {WallSecrets.In(error.ToString())}");
    }

    private static void Same(WallChecks checks, string what, long expected, double actual) =>
        checks.Required(expected == actual, string.Create(CultureInfo.InvariantCulture, $"{what}: {expected} told, {actual} counted"));
}
