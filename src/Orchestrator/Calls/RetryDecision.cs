namespace Orchestrator;

/// <summary>Decides after a failed attempt whether the same provider is asked again, and after which delay.</summary>
internal static class RetryDecision
{
    /// <returns>The delay; null when the provider is not asked again. The retry is not paid for yet.</returns>
    /// <param name="input">What the failed attempt was given.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="plan">The plan it was made from.</param>
    /// <param name="made">All attempts so far.</param>
    /// <param name="maxAttempts">How many attempts the call may make.</param>
    /// <param name="timeLeft">What the call's limit leaves; null when none holds.</param>
    public static TimeSpan? DelayAfter(
        in AttemptInput input, in AttemptResult result, RoutePlan plan, in MadeAttempts made, int maxAttempts, TimeSpan? timeLeft)
    {
        var error = result.Record!.Error!;
        var services = input.Services;
        if (result.Committed || result.Ejected || input.Ticket.IsTrial || error.IsRequestFault
            || !services.Rules[error.Kind].RetriesSameProvider)
            return null;
        // Where all are ejected, each is asked once before any is asked twice.
        if (input.Ticket.WasEjected && plan.EjectedProviders is { Count: > 0 })
            return null;
        var untried = plan.CountUntried();
        var isEnough = made.CountAt(input.Provider) > services.Retry.MaxRetriesPerProvider;
        if (made.Count >= maxAttempts - untried || (isEnough && !(WaitsForLimit(error, services.Retry) && untried == 0)))
            return null;
        if (error.RetryAfter is { } asked ? asked > services.Retry.LongestRetryAfter : error.Kind == LlmErrorKind.RateLimited)
            return null;
        // Connection refused or certificate rejected: a retry will not help while another provider is untried.
        if (ErrorRules.NeverConnected(error, out var certificate) && (certificate || untried > 0))
            return null;
        var delay = services.Backoff.Next(error.RetryAfter);
        return delay >= timeLeft || services.Retry.MaxRetriesPerProvider <= 0 ? null : delay;
    }

    /// <summary>Whether the vendor has said when to come back, so that it is asked then however often it says so. A server that fails is
    /// not asked more than once within the longest backoff.</summary>
    public static bool WaitsForLimit(LlmException error, RetryOptions retry) =>
        error.Kind == LlmErrorKind.RateLimited ? error.RetryAfter is not null : error.RetryAfter >= retry.MaxDelay;
}
