namespace Orchestrator;

/// <summary>The providers of one call that a limit of their vendor had excluded when their attempt ended.</summary>
internal struct LimitedProviders
{
    /// <summary>The providers; null for none.</summary>
    public List<ProviderState>? List { get; private set; }

    /// <summary>Remembers a provider that a limit of its vendor has excluded: when the limit is over and no other provider is left, it may
    /// be asked again.</summary>
    public void Note(in AttemptInput input, in AttemptResult result)
    {
        var error = result.Record!.Error!;
        var services = input.Services;
        var state = input.Provider.State;
        // Its last error counts.
        List?.Remove(state);
        if (result.Committed || result.Ejected || input.Ticket.IsTrial || !services.Rules[error.Kind].RetriesSameProvider
            || (error.Kind != LlmErrorKind.RateLimited && !RetryDecision.WaitsForLimit(error, services.Retry)))
            return;
        if (state.Obstacle(services.Clock.Now()).Reason is ExclusionReason.RateLimited or ExclusionReason.RetryAfter)
            (List ??= []).Add(state);
    }
}
