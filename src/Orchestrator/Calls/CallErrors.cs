namespace Orchestrator;

/// <summary>The words of the errors that end a call, for its caller.</summary>
internal static class CallErrors
{
    /// <summary>The caller cancelled, the router was disposed, or the consumer disposed the stream while an update was awaited.</summary>
    public static Exception Stopped(CallInput call)
    {
        if (!call.IsCancelled)
            return new OperationCanceledException("The stream was disposed while this update of it was awaited.");
        if (!call.Token.IsCancellationRequested)
            return RouterDisposed.Error("The router was disposed while the call was running.");
        return new OperationCanceledException("The caller cancelled the call.", call.FiredToken);
    }

    /// <summary>No provider is left to try.</summary>
    /// <param name="made">The attempts, all failed.</param>
    /// <param name="broken">The error of a stream that broke and was to start over; null for none.</param>
    public static LlmException Exhausted(IReadOnlyList<LlmAttempt> made, LlmException? broken)
    {
        if (made.Count == 0)
            return new LlmException(LlmErrorKind.NoCandidate, "No provider may serve this call: the strategy left out every candidate.");
        // A stream that broke and cannot start over elsewhere is still the cut stream its consumer saw.
        if (broken is not null && made.Count == 1)
            return broken;
        var last = made[^1].Error!;
        var what = string.Join(
            "; ", made.Select(a => $"{a.Provider.Name}: {a.Error!.Kind}{(a.Error.StatusCode is { } s ? $" (HTTP {s})" : "")}"));
        return new AllProvidersFailedException(
            last.Kind,
            $"{(made.Count == 1 ? "The only attempt" : $"All {made.Count} attempts")} failed: {what}. See Attempts for each error.",
            made,
            last)
        {
            ProviderName = last.ProviderName,
            Model = last.Model,
            StatusCode = last.StatusCode,
            ProviderCode = last.ProviderCode,
            RequestId = last.RequestId,
            RetryAfter = made.Min(a => a.Error!.RetryAfter),
            PartialText = broken?.PartialText ?? last.PartialText,
        };
    }

    /// <summary>Every provider that could serve the call is excluded. <see cref="LlmException.RetryAfter"/> is the nearest end.</summary>
    public static LlmException AllExcluded(RegisteredProvider[] providers, long now)
    {
        var obstacles = Array.ConvertAll(providers, s => (s.Info.Name, Obstacle: s.State.Obstacle(now)));
        var what = string.Join("; ", obstacles.Select(o => Words(o.Name, o.Obstacle)));
        var ends = obstacles.Where(o => HasEnd(o.Obstacle)).Select(o => (TimeSpan?)o.Obstacle.Left);
        return new LlmException(
            LlmErrorKind.NoCandidate,
            $"Every provider that could serve this call is excluded: {what}. "
            + "Come back after RetryAfter, or replace a provider whose credentials, money or model is the reason.")
        {
            RetryAfter = ends.Min(),
        };
    }

    /// <summary>Every provider has all of its permits given out and a queue with no room, or is excluded. A full one has no known end, and
    /// may be free in a moment: the error says nothing of when to come back.</summary>
    /// <param name="full">The full ones.</param>
    /// <param name="candidates">All providers that could serve the call.</param>
    /// <param name="now">The time.</param>
    public static LlmException QueuesFull(RegisteredProvider[] full, RegisteredProvider[] candidates, long now)
    {
        var what = full.Select(s => $"{s.Info.Name} has {s.MaxConcurrency} running and {s.QueueLimit} waiting");
        var others = candidates.Except(full)
            .Select(s => (s.Info.Name, Obstacle: s.State.Obstacle(now)))
            .Where(o => o.Obstacle.Reason != ExclusionReason.None)
            .Select(o => Words(o.Name, o.Obstacle))
            .ToList();
        return new LlmException(
            LlmErrorKind.Overloaded,
            $"Every provider that could serve this call is full, and so is its queue{(others.Count > 0 ? ", or it is excluded" : "")}: "
            + $"{string.Join("; ", what.Concat(others))}. "
            + "Ask less at once, add a provider, or raise ProviderOptions.QueueLimit.");
    }

    /// <summary>The call's limit ran out while it waited for a permit.</summary>
    public static LlmException NoPermit(RegisteredProvider[] full, TimeSpan limit) => new(
        LlmErrorKind.Timeout,
        $"No permit became free at {string.Join(", ", full.Select(s => s.Info.Name))} within the {limit.TotalSeconds:0.###} s "
        + "that Timeouts.Call allows; "
        + "raise it, raise MaxConcurrency if the vendor allows more, or add a provider.")
    { IsOfRouter = true };

    public static InvalidOperationException TwoReaders() =>
        new("The update before is still awaited; a stream is read by one reader, one update at a time.");

    /// <summary>The stream was disposed while an update was awaited.</summary>
    public static NotSupportedException StillAwaited() => new(
        "An update is still awaited. The call is cancelled and the stream closes with that update; "
        + "to wait for it, cancel the call and await the update before disposing.");

    private static string Words(string name, (ExclusionReason Reason, TimeSpan Left) obstacle) => HasEnd(obstacle)
        ? $"{name}: {obstacle.Reason}, {Math.Ceiling(obstacle.Left.TotalSeconds):0} s left"
        : $"{name}: {obstacle.Reason}";

    /// <summary>Whether an exclusion ends by itself.</summary>
    private static bool HasEnd((ExclusionReason Reason, TimeSpan Left) obstacle) => obstacle.Left < TimeSpan.MaxValue;
}
