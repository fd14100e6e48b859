namespace Orchestrator;

/// <summary>Is called for every attempt and for every call, once, when it has ended. For billing, audit or dashboards of your
/// own.</summary>
public interface IUsageObserver
{
    /// <summary>Receives one ended attempt. Called within the call: return quickly. Exceptions are logged and do not affect the
    /// call.</summary>
    /// <param name="attempt">The attempt.</param>
    void OnAttempt(LlmAttempt attempt);

    /// <summary>Receives one ended call, after its attempts: also one that failed before any attempt, was abandoned, or was ended by the
    /// router's disposal. Called within the call: return quickly. Exceptions are logged and do not affect the call.</summary>
    /// <param name="call">The call.</param>
    void OnCall(LlmCall call)
    {
    }
}
