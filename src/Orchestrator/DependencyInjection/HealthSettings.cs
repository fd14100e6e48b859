namespace Orchestrator.DependencyInjection;

internal static class HealthSettings
{
    public static HealthOptions? Read(SettingsReader owner)
    {
        if (owner.Section("Health") is not { } reader)
            return null;
        var defaults = new HealthOptions();
        var health = new HealthOptions
        {
            ConsecutiveFailures = reader.WholeNumber("ConsecutiveFailures", least: 1) ?? defaults.ConsecutiveFailures,
            CoolDown = reader.FiniteLimit("CoolDown") ?? defaults.CoolDown,
            LongestCoolDown = reader.FiniteLimit("LongestCoolDown") ?? defaults.LongestCoolDown,
            LongOutageCoolDown = reader.FiniteLimit("LongOutageCoolDown") ?? defaults.LongOutageCoolDown,
            LongestRetryAfter = reader.FiniteLimit("LongestRetryAfter") ?? defaults.LongestRetryAfter,
            FirstExclusionTime = reader.FiniteLimit("FirstExclusionTime") ?? defaults.FirstExclusionTime,
            ExclusionTime = reader.FiniteLimit("ExclusionTime") ?? defaults.ExclusionTime,
            Window = reader.FiniteLimit("Window") ?? defaults.Window,
            MinimumRequests = reader.WholeNumber("MinimumRequests", least: 1) ?? defaults.MinimumRequests,
            DegradedErrorRate = reader.PositiveShare("DegradedErrorRate") ?? defaults.DegradedErrorRate,
            UnhealthyErrorRate = reader.PositiveShare("UnhealthyErrorRate") ?? defaults.UnhealthyErrorRate,
        };
        if (health.DegradedErrorRate > health.UnhealthyErrorRate)
        {
            reader.Problem(
                $"{reader.PathOf("DegradedErrorRate")} is {health.DegradedErrorRate}, which is above UnhealthyErrorRate, "
                    + $"{health.UnhealthyErrorRate}; a provider is degraded before it is unhealthy.");
        }

        reader.RefuseUnknownKeys();
        return health;
    }
}
