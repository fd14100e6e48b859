namespace Orchestrator;

/// <summary>
/// The trial that is let through although its provider is excluded still: where accounts are all that keeps every provider from serving a
/// call, one call a second finds out whether one of them is mended.
/// </summary>
internal static class EarlyTrial
{
    /// <summary>The provider whose exclusion ends next; null when one was asked within the last second, or another reason excludes one of
    /// them. One that was switched off by hand cannot serve the call.</summary>
    public static RegisteredProvider? Of(RegisteredProvider[] providers, long now)
    {
        RegisteredProvider? next = null;
        var soonest = long.MaxValue;
        foreach (var registered in providers)
        {
            if (registered.State.Trials.At(now) is { WasJustAsked: false, Left: var left })
            {
                if (left < soonest)
                    (next, soonest) = (registered, left);
            }
            else if (registered.State.Obstacle(now).Reason != ExclusionReason.Disabled)
            {
                return null;
            }
        }

        return next;
    }
}
