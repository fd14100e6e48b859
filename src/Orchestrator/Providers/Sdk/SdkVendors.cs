namespace Orchestrator.Providers;

/// <summary>Vendors whose SDK throws exceptions without a status, so that their types must be known. Each reads its own.</summary>
internal static class SdkVendors
{
    private static readonly Func<Exception, SdkFailure?>[] All = [OllamaErrors.OfSdk];

    /// <summary>What an exception says; null when it is of no SDK here.</summary>
    public static SdkFailure? Read(Exception exception)
    {
        foreach (var read in All)
        {
            if (read(exception) is { } failure)
                return failure;
        }

        return null;
    }
}
