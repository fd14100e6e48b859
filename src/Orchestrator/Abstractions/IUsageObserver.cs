namespace Orchestrator;

/// <summary>Is called for every attempt, once, when it has ended. For billing, audit or dashboards of your own.</summary>
public interface IUsageObserver
{
    /// <summary>Receives one ended attempt. Called within the call: return quickly. Exceptions are logged and do not affect the
    /// call.</summary>
    /// <param name="attempt">The attempt.</param>
    void OnAttempt(LlmAttempt attempt);
}
