using System.Collections.Concurrent;

namespace Orchestrator.PrometheusCheck;

/// <summary>Counts on its own account: attempts as an observer hears them, calls as their callers see them end.</summary>
internal sealed class Ledger : IUsageObserver
{
    /// <summary>Hears the log too: changes of a provider's availability are no attempts.</summary>
    public ChangeLog Changes { get; } = new();

    private readonly ConcurrentQueue<LlmAttempt> _attempts = new();
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);

    public int Calls => _calls.Values.Sum();

    public int Attempts => _attempts.Count;

    public void OnAttempt(LlmAttempt attempt) => _attempts.Enqueue(attempt);

    public void Add(string outcome) => _calls.AddOrUpdate(outcome, 1, (_, n) => n + 1);

    /// <summary>What a query of the section "The whole router" has to show, by the labels of its series.</summary>
    public Dictionary<string, double> Expected(string what) => what switch
    {
        "calls by outcome" => Outcomes.ToDictionary(o => $"outcome={o}", o => (double)_calls.GetValueOrDefault(o), StringComparer.Ordinal),
        "calls" => Single(Calls),
        "attempts" => Single(_attempts.Count),
        "failovers" => Single(_attempts.Count(a => a is { Number: > 1, Role: not AttemptRole.Retry })),
        "retries" => Single(_attempts.Count(a => a.Role == AttemptRole.Retry)),
        "changes of availability" => Changes.ToDictionary(),
        "waits for a permit" => Sum(_attempts.Where(a => a.QueueTime > TimeSpan.Zero), a => $"provider={a.Provider.Name}", _ => 1),
        "errors by kind" => Sum(_attempts.Where(a => a.Error is not null), a => $"kind={a.Error!.Kind},provider={a.Provider.Name}", _ => 1),
        "tokens by model" =>
            Sum(_attempts, a => $"model={a.Provider.Model},provider={a.Provider.Name},type=prompt", a => a.Usage.PromptTokens)
                .Concat(Sum(
                    _attempts, a => $"model={a.Provider.Model},provider={a.Provider.Name},type=completion", a => a.Usage.CompletionTokens))
                .ToDictionary(StringComparer.Ordinal),
        "cost by model" =>
            Sum(_attempts, a => $"currency={a.Currency},model={a.Provider.Model},provider={a.Provider.Name}", a => a.Cost ?? 0),
        "unpriced attempts by model" =>
            Sum(_attempts, a => $"model={a.Provider.Model},provider={a.Provider.Name}", a =>
                a.Cost is null && a.Usage.TotalTokens > 0 ? 1 : 0),
        _ => throw new CheckFailedException($"docs/metrics.md shows '{what}', and nothing here knows what to compare it with."),
    };

    private static string[] Outcomes { get; } = ["success", "failure", "cancelled", "abandoned"];

    private static Dictionary<string, double> Single(double value) => new() { [""] = value };

    private static Dictionary<string, double> Sum(
        IEnumerable<LlmAttempt> attempts, Func<LlmAttempt, string> labels, Func<LlmAttempt, decimal> value) =>
        attempts.GroupBy(labels).ToDictionary(g => g.Key, g => (double)g.Sum(value), StringComparer.Ordinal);
}
