using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>The log messages of routing and accounting. Ids are listed in docs/metrics.md and never reused.</summary>
internal static partial class Log
{
    /// <summary>One line for one ended attempt.</summary>
    public static void Attempt(ILogger logger, LlmAttempt attempt)
    {
        if (!logger.IsEnabled(attempt.Outcome switch { AttemptOutcome.Succeeded => LogLevel.Information, AttemptOutcome.Failed => LogLevel.Warning, _ => LogLevel.Debug }))
            return;
        var latency = Math.Round(attempt.Duration.TotalMilliseconds, 3);
        var roubles = attempt is { Cost: { } cost, Currency: "RUB" } ? decimal.Round(cost, 2) : (decimal?)null;
        var (provider, model, usage) = (attempt.Provider.Name, attempt.Provider.Model, attempt.Usage);
        switch (attempt.Outcome)
        {
            case AttemptOutcome.Succeeded:
                RequestCompleted(logger, provider, model, latency, attempt.Streaming, true, usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, attempt.Cost, attempt.Currency, roubles);
                break;
            case AttemptOutcome.Failed:
                RequestFailed(logger, provider, model, latency, attempt.Streaming, false, attempt.Error!.Kind, attempt.Error.StatusCode, usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, attempt.Cost, attempt.Currency, roubles);
                break;
            default:
                RequestLeft(logger, provider, model, latency, attempt.Streaming, false, attempt.Outcome, usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, attempt.Cost, attempt.Currency, roubles);
                break;
        }
    }

    [LoggerMessage(100, LogLevel.Information, "llm_request_completed provider={provider} model={model} latency_ms={latency_ms} streaming={streaming} success={success} prompt_tokens={prompt_tokens} completion_tokens={completion_tokens} total_tokens={total_tokens} cost={cost} currency={currency} cost_rub={cost_rub}", EventName = "llm_request_completed")]
    private static partial void RequestCompleted(ILogger logger, string provider, string model, double latency_ms, bool streaming, bool success, int prompt_tokens, int completion_tokens, long total_tokens, decimal? cost, string currency, decimal? cost_rub);

    [LoggerMessage(101, LogLevel.Warning, "llm_request_failed provider={provider} model={model} latency_ms={latency_ms} streaming={streaming} success={success} error_kind={error_kind} status={status} prompt_tokens={prompt_tokens} completion_tokens={completion_tokens} total_tokens={total_tokens} cost={cost} currency={currency} cost_rub={cost_rub}", EventName = "llm_request_failed")]
    private static partial void RequestFailed(ILogger logger, string provider, string model, double latency_ms, bool streaming, bool success, LlmErrorKind error_kind, int? status, int prompt_tokens, int completion_tokens, long total_tokens, decimal? cost, string currency, decimal? cost_rub);

    [LoggerMessage(102, LogLevel.Debug, "llm_request_left provider={provider} model={model} latency_ms={latency_ms} streaming={streaming} success={success} outcome={outcome} prompt_tokens={prompt_tokens} completion_tokens={completion_tokens} total_tokens={total_tokens} cost={cost} currency={currency} cost_rub={cost_rub}", EventName = "llm_request_left")]
    private static partial void RequestLeft(ILogger logger, string provider, string model, double latency_ms, bool streaming, bool success, AttemptOutcome outcome, int prompt_tokens, int completion_tokens, long total_tokens, decimal? cost, string currency, decimal? cost_rub);

    [LoggerMessage(103, LogLevel.Warning, "No price is known for vendor '{vendor}', model '{model}': its attempts are counted as unpriced. Add one with PricingTable.With or in the Prices section", EventName = "llm_price_unknown")]
    public static partial void PriceUnknown(ILogger logger, string vendor, string model);

    [LoggerMessage(104, LogLevel.Warning, "Vendor '{vendor}', model '{model}' is priced by its row of version 0.7.0, {old_price} {currency} per 1,000 prompt tokens; the known tariff is {tariff} {currency} (as of {as_of}). Use PricingTable.Current for today's tariffs", EventName = "llm_price_outdated")]
    public static partial void PriceOutdated(ILogger logger, string vendor, string model, decimal old_price, decimal tariff, string currency, DateOnly? as_of);

    [LoggerMessage(105, LogLevel.Error, "Strategy {strategy} threw while ranking; the providers are tried in the order they were added", EventName = "llm_strategy_failed")]
    public static partial void StrategyFailed(ILogger logger, string strategy, Exception error);

    [LoggerMessage(106, LogLevel.Error, "Usage observer {observer} threw; the call is not affected", EventName = "llm_observer_failed")]
    public static partial void ObserverFailed(ILogger logger, string observer, Exception error);

    [LoggerMessage(107, LogLevel.Warning, "Provider '{provider}' threw while it was closed", EventName = "llm_provider_close_failed")]
    public static partial void ProviderDisposalFailed(ILogger logger, string provider, Exception error);

    [LoggerMessage(108, LogLevel.Warning, "A provider's cancellation callback threw", EventName = "llm_cancellation_callback_failed")]
    public static partial void CancellationCallbackFailed(ILogger logger, Exception error);

    [LoggerMessage(109, LogLevel.Error, "The tokens of an attempt at '{provider}' could not be counted", EventName = "llm_token_count_failed")]
    public static partial void TokenCountFailed(ILogger logger, string provider, Exception error);

    [LoggerMessage(110, LogLevel.Warning, "Provider '{provider}' ignored its cancellation for a second and was left behind", EventName = "llm_provider_left_behind")]
    public static partial void ProviderLeftBehind(ILogger logger, string provider);
}
