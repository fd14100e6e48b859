using Orchestrator;

namespace DependencyInjection;

/// <summary>Hears of every ended attempt, from many threads at once.</summary>
internal sealed class Ledger : IUsageObserver
{
    private readonly Lock _lock = new();
    private decimal _spent;

    public decimal Spent
    {
        get
        {
            lock (_lock)
                return _spent;
        }
    }

    public void OnAttempt(LlmAttempt attempt)
    {
        lock (_lock)
            _spent += attempt.Cost ?? 0;
    }
}
