namespace Orchestrator.DependencyInjection;

internal static class RetrySettings
{
    public static RetryOptions? Read(SettingsReader owner)
    {
        if (owner.Section("Retry") is not { } reader)
            return null;
        var defaults = new RetryOptions();
        var retry = new RetryOptions
        {
            MaxRetriesPerProvider = reader.WholeNumber("MaxRetriesPerProvider", least: 0) ?? defaults.MaxRetriesPerProvider,
            MinDelay = reader.Duration("MinDelay") ?? defaults.MinDelay,
            MaxDelay = reader.Duration("MaxDelay") ?? defaults.MaxDelay,
            LongestRetryAfter = reader.Duration("LongestRetryAfter") ?? defaults.LongestRetryAfter,
            BudgetShare = reader.Share("BudgetShare") ?? defaults.BudgetShare,
            BudgetPerSecond = reader.Rate("BudgetPerSecond") ?? defaults.BudgetPerSecond,
        };
        if (retry.MinDelay > retry.MaxDelay)
        {
            reader.Problem(
                $"{reader.PathOf("MinDelay")} is {retry.MinDelay:c}, which is longer than MaxDelay, {retry.MaxDelay:c}; the shortest "
                    + "wait must not be longer than the longest.");
        }

        reader.RefuseUnknownKeys();
        return retry;
    }
}
