namespace Orchestrator;

/// <summary>A provider's status by its errors in <see cref="HealthOptions.Window"/> (60 s). The numbers here are the defaults of
/// <see cref="HealthOptions"/>.</summary>
public enum ProviderHealth
{
    /// <summary>Less than 30 % errors, or fewer than 5 attempts. Exported as 1.</summary>
    Healthy,

    /// <summary>30 % errors or more. Exported as 0.5.</summary>
    Degraded,

    /// <summary>60 % errors or more. Exported as 0.</summary>
    Unhealthy,
}
