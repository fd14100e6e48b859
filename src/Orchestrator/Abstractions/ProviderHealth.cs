namespace Orchestrator;

/// <summary>A provider's status by its errors in the last 60 s; fewer than 5 finished attempts are healthy.</summary>
public enum ProviderHealth
{
    /// <summary>Less than 30 % errors, or fewer than 5 attempts. Exported as 1.</summary>
    Healthy,

    /// <summary>30 % errors or more. Exported as 0.5.</summary>
    Degraded,

    /// <summary>60 % errors or more. Exported as 0.</summary>
    Unhealthy,
}
