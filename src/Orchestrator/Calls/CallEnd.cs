namespace Orchestrator;

/// <summary>Tells totals, observers, span and meters of a call that has ended, once, however it ended.</summary>
internal static class CallEnd
{
    /// <param name="call">The call.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="clock">Its time.</param>
    /// <param name="attempts">Its attempts.</param>
    /// <param name="error">What its caller is thrown; null for nothing.</param>
    public static void Report(CallInput call, AttemptOutcome outcome, ref CallClock clock, LlmAttempt[] attempts, Exception? error)
    {
        var services = call.Services;
        var (whole, overhead) = clock.End(services.Clock, call.Live);
        services.Calls.Add(outcome, services.Clock.Span(whole).TotalSeconds, services.Clock.Seconds(overhead), attempts);
        if (call.Span is null && !services.Reports.Takes(outcome) && !services.Telemetry.TakesCalls)
            return;
        try
        {
            var record = Of(call, outcome, attempts, error as LlmException) with
            {
                StartedAt = StartOf(services.Clock, clock.Started),
                Duration = services.Clock.Span(whole),
                Overhead = services.Clock.Span(overhead),
            };
            services.Reports.Report(record);
            services.Telemetry.EndCall(call.Span, record);
        }
#pragma warning disable CA1031 // What listens changes nothing: neither its own fault nor a clock's.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.ObserverFailed(services.Logger, nameof(Telemetry), fault);
        }
    }

    private static LlmCall Of(CallInput call, AttemptOutcome outcome, LlmAttempt[] attempts, LlmException? error)
    {
        decimal? cost = null;
        var (tokens, unpriced, wasted) = (0L, 0, default(Waste));
        for (var i = 0; i < attempts.Length; i++)
        {
            var attempt = attempts[i];
            tokens += attempt.Usage.TotalTokens;
            cost = attempt.Cost is { } some ? (cost ?? 0) + some : cost;
            unpriced += attempt.Cost is null && attempt.Usage.TotalTokens > 0 ? 1 : 0;
            wasted = Waste.CauseOf(attempts, i) is null ? wasted : wasted.With(attempt);
        }

        return new LlmCall
        {
            Id = call.Services.Ids.Of(call.Number),
            Outcome = outcome,
            RequestedModel = call.Request.Options?.ModelId,
            Streaming = call.Live,
            Attempts = attempts,
            Error = outcome == AttemptOutcome.Failed ? error : null,
            TotalTokens = tokens,
            Cost = cost,
            UnpricedAttempts = unpriced,
            Wasted = wasted,
            Currency = call.Services.Prices.Currency,
            Tags = call.Request.Tags,
        };
    }

    private static DateTimeOffset StartOf(RouterClock clock, long started)
    {
        var now = clock.Time.GetUtcNow();
        return now - clock.Span(clock.Now() - started);
    }
}
