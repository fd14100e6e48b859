namespace Orchestrator;

/// <summary>A limit of a provider's vendor that a call waits for, as no other provider is left.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Left">The time until it may be asked; zero when it may be asked by now.</param>
/// <param name="IsRetry">Whether the call has asked it before.</param>
/// <param name="Delay">How long the call waits.</param>
internal readonly record struct CoolDown(RegisteredProvider Provider, TimeSpan Left, bool IsRetry, TimeSpan Delay)
{
    /// <summary>After so long a call looks again whether it may go on: another call may have ended the cool-down by an answer.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long the call waits before it looks again.</summary>
    public TimeSpan Part => IsLastPart ? Delay : LookEvery;

    /// <summary>Whether its end is near: the call then goes on at a moment of its own (jitter), not together with all that wait.</summary>
    public bool IsLastPart => Delay <= LookEvery * 2;

    /// <summary>The limit whose end is nearest; null when the call waits for none.</summary>
    /// <param name="candidates">The providers that could serve the call.</param>
    /// <param name="plan">The plan, which has none left.</param>
    /// <param name="made">The attempts so far.</param>
    /// <param name="limited">Those of the call's providers that were excluded by a limit.</param>
    /// <param name="services">Options and chance.</param>
    /// <param name="now">The time.</param>
    public static CoolDown? NearestOf(
        RegisteredProvider[] candidates,
        RoutePlan plan,
        in MadeAttempts made,
        List<ProviderState>? limited,
        CallServices services,
        long now)
    {
        CoolDown? nearest = null;
        foreach (var registered in candidates)
        {
            var isRetry = made.HasAsked(registered.Info.Name);
            var mayBeAsked = isRetry
                ? services.Retry.MaxRetriesPerProvider > 0 && limited is not null && limited.Contains(registered.State)
                : plan.IsExcluded(registered);
            if (mayBeAsked && LeftOf(registered, isRetry, services.Retry, now) is { } left && !(nearest?.Left <= left))
                nearest = new(registered, left, isRetry, default);
        }

        return nearest is not { } found ? null : found with { Delay = DelayOf(found, services.Backoff) };
    }

    private static TimeSpan DelayOf(in CoolDown found, Backoff backoff) =>
        found.Left > TimeSpan.Zero ? backoff.After(found.Left) : found.IsRetry ? backoff.Next(null) : TimeSpan.Zero;

    private static TimeSpan? LeftOf(RegisteredProvider registered, bool isRetry, RetryOptions retry, long now)
    {
        var availability = registered.State.Snapshot(registered, now).Availability;
        // One that was not asked yet has a place in the next plan, whatever is so of it now.
        if (availability != ProviderAvailability.Excluded)
            return !isRetry || availability == ProviderAvailability.Available ? TimeSpan.Zero : null;
        var (reason, left) = registered.State.Obstacle(now);
        var isShort = retry.MaxRetriesPerProvider > 0 && left <= retry.LongestRetryAfter;
        return reason == ExclusionReason.RateLimited || (reason == ExclusionReason.RetryAfter && isShort) ? left : null;
    }
}
