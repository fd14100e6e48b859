using System.Collections.Concurrent;

namespace Orchestrator.Lab;

/// <summary>Counts on its own account: attempts as an observer hears them, calls as their callers see them end.</summary>
internal sealed class Ledger : IUsageObserver
{
    private readonly ConcurrentQueue<LlmAttempt> _attempts = new();
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);

    public IReadOnlyCollection<LlmAttempt> Attempts => _attempts;

    public int CallsOf(string outcome) => _calls.GetValueOrDefault(outcome);

    public void OnAttempt(LlmAttempt attempt) => _attempts.Enqueue(attempt);

    public void AddCall(string outcome) => _calls.AddOrUpdate(outcome, 1, (_, n) => n + 1);
}
