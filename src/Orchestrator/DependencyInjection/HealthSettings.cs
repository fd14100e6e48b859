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
            FailuresInARow = reader.WholeNumber("FailuresInARow", least: 1) ?? defaults.FailuresInARow,
            CoolDown = reader.FiniteLimit("CoolDown") ?? defaults.CoolDown,
            LongestCoolDown = reader.FiniteLimit("LongestCoolDown") ?? defaults.LongestCoolDown,
            CoolDownAfterTenMinutes = reader.FiniteLimit("CoolDownAfterTenMinutes") ?? defaults.CoolDownAfterTenMinutes,
            LongestRetryAfter = reader.FiniteLimit("LongestRetryAfter") ?? defaults.LongestRetryAfter,
            ExclusionTime = reader.FiniteLimit("ExclusionTime") ?? defaults.ExclusionTime,
        };
        reader.RefuseUnknownKeys();
        return health;
    }
}
