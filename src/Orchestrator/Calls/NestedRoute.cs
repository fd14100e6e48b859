namespace Orchestrator;

/// <summary>Finds the failed call of a router that was used as a provider.</summary>
internal static class NestedRoute
{
    // An error that is wrapped more often was not made to be read.
    private const int MostWrappers = 16;

    /// <summary>The first one among an error and its causes; null for none.</summary>
    public static AllProvidersFailedException? Of(Exception? error)
    {
        for (var depth = 0; error is not null && depth < MostWrappers; depth++)
        {
            if (error is AllProvidersFailedException route)
                return route;
            error = error.InnerException;
        }

        return null;
    }
}
