namespace Orchestrator;

/// <summary>Hears of every attempt, once, when it has ended. For billing, audit or dashboards of your own.</summary>
public interface IUsageObserver
{
    /// <summary>Takes one ended attempt. Called on the path of the call: be quick. What it throws is logged and goes no further.</summary>
    /// <param name="attempt">The attempt.</param>
    void OnAttempt(LlmAttempt attempt);
}
