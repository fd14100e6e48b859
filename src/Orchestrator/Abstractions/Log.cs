using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Every log message. Ids are listed in docs/metrics.md and never reused.</summary>
/// <remarks>One class in one file: the generator puts several in an order that changes from build to build.</remarks>
internal static partial class Log
{
    /// <summary>One line for one ended attempt.</summary>
    /// <returns>Whether the log takes it.</returns>
    public static bool Attempt(ILogger logger, LlmAttempt attempt)
    {
        var level = attempt.Outcome switch
        {
            AttemptOutcome.Succeeded => LogLevel.Information,
            AttemptOutcome.Failed => LogLevel.Warning,
            _ => LogLevel.Debug,
        };
        if (!logger.IsEnabled(level))
            return false;
        var latency = Math.Round(attempt.Duration.TotalMilliseconds, 3);
        var roubles = attempt is { Cost: { } cost, Currency: "RUB" } ? decimal.Round(cost, 2) : (decimal?)null;
        var (provider, model, usage) = (attempt.Provider.Name, attempt.Provider.Model, attempt.Usage);
        switch (attempt.Outcome)
        {
            case AttemptOutcome.Succeeded:
                RequestCompleted(
                    logger, provider, model, latency, attempt.Streaming, true, usage.PromptTokens, usage.CompletionTokens,
                    usage.TotalTokens, attempt.Cost, attempt.Currency, roubles, attempt.CallId, attempt.Number, attempt.Role);
                break;
            case AttemptOutcome.Failed:
                var error = attempt.Error!;
                RequestFailed(
                    logger, provider, model, latency, attempt.Streaming, false, error.Kind, error.StatusCode, error.ProviderCode,
                    error.RequestId, usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, attempt.Cost, attempt.Currency, roubles,
                    attempt.CallId, attempt.Number, attempt.Role, error.Message);
                break;
            default:
                RequestLeft(
                    logger, provider, model, latency, attempt.Streaming, false, attempt.Outcome, usage.PromptTokens,
                    usage.CompletionTokens, usage.TotalTokens, attempt.Cost, attempt.Currency, roubles, attempt.CallId, attempt.Number,
                    attempt.Role);
                break;
        }

        return true;
    }

    /// <summary>One line for a call that failed, with its whole way in short.</summary>
    public static void Call(ILogger logger, LlmCall call)
    {
        if (!logger.IsEnabled(LogLevel.Error))
            return;
        var way = string.Join("; ", call.Attempts.Select(attempt =>
            $"{attempt.Provider.Name}: {attempt.Error?.Kind.ToString() ?? attempt.Outcome.ToString()}"
            + (attempt.Error?.StatusCode is { } status ? $" ({status})" : "")));
        CallFailed(
            logger, call.Id, call.RequestedModel, call.Error?.Kind ?? LlmErrorKind.Unknown, call.Attempts.Count,
            Math.Round(call.Duration.TotalMilliseconds, 3), way.Length > 0 ? way : "no attempt", call.Error?.Message);
    }

    [LoggerMessage(
        113, LogLevel.Error,
        "llm_call_failed call_id={call_id} requested_model={requested_model} error_kind={error_kind} attempts={attempts} " +
        "latency_ms={latency_ms} way={way} reason={reason}",
        EventName = "llm_call_failed")]
    private static partial void CallFailed(
        ILogger logger, Guid call_id, string? requested_model, LlmErrorKind error_kind, int attempts, double latency_ms, string way,
        string? reason);

    [LoggerMessage(
        100, LogLevel.Information,
        "llm_request_completed provider={provider} model={model} latency_ms={latency_ms} streaming={streaming} success={success} " +
        "prompt_tokens={prompt_tokens} completion_tokens={completion_tokens} total_tokens={total_tokens} cost={cost} " +
        "currency={currency} cost_rub={cost_rub} call_id={call_id} attempt={attempt} role={role}",
        EventName = "llm_request_completed")]
    private static partial void RequestCompleted(
        ILogger logger, string provider, string model, double latency_ms, bool streaming, bool success, int prompt_tokens,
        int completion_tokens, long total_tokens, decimal? cost, string currency, decimal? cost_rub, Guid call_id, int attempt,
        AttemptRole role);

    [LoggerMessage(
        101, LogLevel.Warning,
        "llm_request_failed provider={provider} model={model} latency_ms={latency_ms} streaming={streaming} success={success} " +
        "error_kind={error_kind} status={status} provider_code={provider_code} request_id={request_id} prompt_tokens={prompt_tokens} " +
        "completion_tokens={completion_tokens} total_tokens={total_tokens} cost={cost} currency={currency} cost_rub={cost_rub} " +
        "call_id={call_id} attempt={attempt} role={role} reason={reason}",
        EventName = "llm_request_failed")]
    private static partial void RequestFailed(
        ILogger logger, string provider, string model, double latency_ms, bool streaming, bool success, LlmErrorKind error_kind,
        int? status, string? provider_code, string? request_id, int prompt_tokens, int completion_tokens, long total_tokens, decimal? cost,
        string currency, decimal? cost_rub, Guid call_id, int attempt, AttemptRole role, string reason);

    [LoggerMessage(
        102, LogLevel.Debug,
        "llm_request_left provider={provider} model={model} latency_ms={latency_ms} streaming={streaming} success={success} " +
        "outcome={outcome} prompt_tokens={prompt_tokens} completion_tokens={completion_tokens} total_tokens={total_tokens} cost={cost} " +
        "currency={currency} cost_rub={cost_rub} call_id={call_id} attempt={attempt} role={role}",
        EventName = "llm_request_left")]
    private static partial void RequestLeft(
        ILogger logger, string provider, string model, double latency_ms, bool streaming, bool success, AttemptOutcome outcome,
        int prompt_tokens, int completion_tokens, long total_tokens, decimal? cost, string currency, decimal? cost_rub, Guid call_id,
        int attempt, AttemptRole role);

    [LoggerMessage(
        103, LogLevel.Warning,
        "No price is known for vendor '{vendor}', model '{model}': its attempts are counted as unpriced. Add one with " +
        "PricingTable.With or in the Prices section",
        EventName = "llm_price_unknown")]
    public static partial void PriceUnknown(ILogger logger, string vendor, string model);

    [LoggerMessage(
        104, LogLevel.Warning,
        "Vendor '{vendor}', model '{model}' is priced by its row of version 0.7.0, {old_price} {currency} per 1,000 prompt tokens; the " +
        "known tariff is {tariff} {currency} (as of {as_of}). Use PricingTable.Current for today's tariffs",
        EventName = "llm_price_outdated")]
    public static partial void PriceOutdated(
        ILogger logger, string vendor, string model, decimal old_price, decimal tariff, string currency, DateOnly? as_of);

    [LoggerMessage(
        105, LogLevel.Error,
        "Strategy {strategy} threw while ranking; the providers are tried in the order they were added",
        EventName = "llm_strategy_failed")]
    public static partial void StrategyFailed(ILogger logger, string strategy, Exception error);

    [LoggerMessage(106, LogLevel.Error, "Usage observer {observer} threw; the call is not affected", EventName = "llm_observer_failed")]
    public static partial void ObserverFailed(ILogger logger, string observer, Exception error);

    [LoggerMessage(107, LogLevel.Warning, "Provider '{provider}' threw while it was closed", EventName = "llm_provider_close_failed")]
    public static partial void ProviderDisposalFailed(ILogger logger, string provider, Exception error);

    [LoggerMessage(108, LogLevel.Warning, "A provider's cancellation callback threw", EventName = "llm_cancellation_callback_failed")]
    public static partial void CancellationCallbackFailed(ILogger logger, Exception error);

    [LoggerMessage(
        109, LogLevel.Error,
        "The tokens of an attempt at '{provider}' could not be counted",
        EventName = "llm_token_count_failed")]
    public static partial void TokenCountFailed(ILogger logger, string provider, Exception error);

    [LoggerMessage(
        110, LogLevel.Warning,
        "Provider '{provider}' ignored its cancellation for a second and was orphaned: the call went on without it",
        EventName = "llm_provider_orphaned")]
    public static partial void ProviderOrphaned(ILogger logger, string provider);

    [LoggerMessage(
        114, LogLevel.Warning,
        "Provider '{provider}' ended an answer with the unknown finish reason '{reason}'; it counts as whole, because it has content",
        EventName = "llm_finish_reason_unknown")]
    public static partial void FinishReasonUnknown(ILogger logger, string provider, string reason);

    [LoggerMessage(
        111, LogLevel.Warning,
        "One event of a stream of provider '{provider}' could not be read and was skipped",
        EventName = "llm_event_skipped")]
    public static partial void EventSkipped(ILogger logger, string provider, Exception error);

    [LoggerMessage(
        112, LogLevel.Warning,
        "Provider '{provider}' reports {prompt_tokens} prompt tokens where about {estimate} were sent: the prompt was probably cut to " +
        "the model's window without a word. Set ContextLength to a larger window, or Truncate to false to have such prompts refused",
        EventName = "llm_prompt_truncated")]
    public static partial void PromptTruncated(ILogger logger, string provider, int prompt_tokens, int estimate);

    // Answers of health probes, each change once.
    [LoggerMessage(
        120, LogLevel.Warning,
        "Provider {Provider} failed its health probe; it goes last until a probe succeeds.",
        EventName = "llm_probe_failed")]
    public static partial void ProbeFailed(ILogger logger, string provider);

    [LoggerMessage(121, LogLevel.Information, "Provider {Provider} passes its health probe again.", EventName = "llm_probe_recovered")]
    public static partial void ProbeRecovered(ILogger logger, string provider);

    // Changes of a provider's availability, each once.
    [LoggerMessage(
        130, LogLevel.Warning,
        "Provider '{provider}' is ejected after failures, the last of kind {error_kind}; it is tried last, and again in {cool_down}",
        EventName = "llm_provider_ejected")]
    public static partial void ProviderEjected(ILogger logger, string provider, LlmErrorKind? error_kind, TimeSpan cool_down);

    [LoggerMessage(
        131, LogLevel.Information,
        "Provider '{provider}' is given a trial: one call tries whether it works again",
        EventName = "llm_provider_trial")]
    public static partial void ProviderTried(ILogger logger, string provider);

    [LoggerMessage(132, LogLevel.Information, "Provider '{provider}' is available again", EventName = "llm_provider_available")]
    public static partial void ProviderAvailable(ILogger logger, string provider);

    [LoggerMessage(
        133, LogLevel.Warning,
        "Provider '{provider}' is excluded for {length}: {reason} (kind of error: {error_kind})",
        EventName = "llm_provider_excluded")]
    public static partial void ProviderExcluded(
        ILogger logger, string provider, ExclusionReason reason, LlmErrorKind? error_kind, TimeSpan length);

    [LoggerMessage(
        134, LogLevel.Information,
        "Provider '{provider}' is switched off: no call asks it until it is switched on",
        EventName = "llm_provider_disabled")]
    public static partial void ProviderDisabled(ILogger logger, string provider);

    [LoggerMessage(135, LogLevel.Information, "Provider '{provider}' is switched on again", EventName = "llm_provider_enabled")]
    public static partial void ProviderEnabled(ILogger logger, string provider);

    [LoggerMessage(
        136, LogLevel.Information,
        "The health of provider '{provider}' was reset by hand: failures, exclusions and cool-downs are forgotten",
        EventName = "llm_provider_health_reset")]
    public static partial void ProviderHealthReset(ILogger logger, string provider);

    // The metrics server.
    [LoggerMessage(200, LogLevel.Information, "Metrics are served at {Url}", EventName = "llm_metrics_started")]
    public static partial void MetricsStarted(ILogger logger, Uri url);

    [LoggerMessage(
        201, LogLevel.Information,
        "IPv6 is not available: metrics are served on 127.0.0.1 port {Port} only",
        EventName = "llm_metrics_no_ipv6")]
    public static partial void MetricsNoIPv6(ILogger logger, int port);

    [LoggerMessage(202, LogLevel.Information, "The metrics server on port {Port} has stopped", EventName = "llm_metrics_stopped")]
    public static partial void MetricsStopped(ILogger logger, int port);

    [LoggerMessage(
        203, LogLevel.Error,
        "Collecting the metrics failed; the scrape was answered with 500 ({Suppressed} more since this was last said)",
        EventName = "llm_metrics_export_failed")]
    public static partial void MetricsExportFailed(ILogger logger, Exception error, int suppressed);

    [LoggerMessage(
        204, LogLevel.Warning,
        "Collecting the metrics takes longer than 5 s; the scrape was answered with 503 ({Suppressed} more since this was last said)",
        EventName = "llm_metrics_export_slow")]
    public static partial void MetricsExportSlow(ILogger logger, int suppressed);

    [LoggerMessage(
        205, LogLevel.Warning,
        "The metrics server could not accept a connection: {Error} ({Suppressed} more since this was last said)",
        EventName = "llm_metrics_accept_failed")]
    public static partial void MetricsAcceptFailed(ILogger logger, string error, int suppressed);

    [LoggerMessage(
        206, LogLevel.Warning,
        "The metrics server has all of its {Limit} connections taken and drops those that send no request ({Suppressed} more since " +
        "this was last said)",
        EventName = "llm_metrics_evicting")]
    public static partial void MetricsEvicting(ILogger logger, int limit, int suppressed);

    [LoggerMessage(
        207, LogLevel.Warning,
        "A request for metrics was refused: its Host names another machine ({Suppressed} more since this was last said)",
        EventName = "llm_metrics_foreign_host")]
    public static partial void MetricsForeignHost(ILogger logger, int suppressed);

    [LoggerMessage(
        208, LogLevel.Error,
        "The metrics server met an unexpected error and goes on ({Suppressed} more since this was last said)",
        EventName = "llm_metrics_unexpected_error")]
    public static partial void MetricsUnexpectedError(ILogger logger, Exception error, int suppressed);
}
