namespace Orchestrator.DependencyInjection;

/// <summary>The keys of 0.1.0 that have another name since 0.2.0, so that the error for an old key names the new one.</summary>
internal static class RenamedKeys
{
    private static readonly Dictionary<string, string> NewNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Limits"] = "Timeouts",
        ["OnRefusal"] = "RefusalAction",
        ["SameProvider"] = "MaxRetriesPerProvider",
        ["FailuresInARow"] = "ConsecutiveFailures",
        ["CoolDownAfterTenMinutes"] = "LongOutageCoolDown",
    };

    public static string? NewNameOf(string key) => NewNames.GetValueOrDefault(key);
}
