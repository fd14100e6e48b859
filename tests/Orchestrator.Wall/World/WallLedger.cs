namespace Orchestrator.Wall;

/// <summary>Every attempt the router reported, in order.</summary>
internal sealed class WallLedger : IUsageObserver
{
    private readonly Lock _lock = new();
    private readonly List<LlmAttempt> _attempts = [];

    public IReadOnlyList<LlmAttempt> Attempts
    {
        get
        {
            lock (_lock)
                return [.. _attempts];
        }
    }

    /// <summary>Whether each report to an observer gets an exception back.</summary>
    public bool Throws { get; set; }

    public IEnumerable<LlmAttempt> Of(string provider) => Attempts.Where(a => a.Provider.Name == provider);

    public void OnAttempt(LlmAttempt attempt)
    {
        lock (_lock)
            _attempts.Add(attempt);
        if (Throws)
            throw new InvalidOperationException("The wall's observer throws.");
    }
}
