using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Warnings that are logged once for each provider or model, however many calls cause them. Thread-safe.</summary>
/// <param name="logger">A logger that does not throw.</param>
/// <param name="prices">The router's prices.</param>
internal sealed class OnceLog(ILogger logger, PricingTable prices)
{
    private readonly OnceSet<(string Vendor, string Model)> _unpriced = new();
    private readonly OnceSet<string> _truncated = new();
    private readonly OnceSet<(string Provider, string Reason)> _unknownEnds = new();
    private readonly OnceSet<(string Vendor, string Model)> _outdated = new();

    /// <summary>The tokens of a model have no price.</summary>
    public void WarnUnpriced(ProviderInfo provider)
    {
        if (_unpriced.TryAdd((provider.Vendor, provider.Model)))
            Log.PriceUnknown(logger, provider.Vendor, provider.Model);
    }

    /// <summary>The price of a model is that of version 0.7.0 and differs from the known tariff.</summary>
    public void WarnOutdated(ProviderInfo provider, ModelPrice price)
    {
        if (prices.KnownTariff(provider.Vendor, provider.Model) is { } tariff && _outdated.TryAdd((provider.Vendor, provider.Model)))
            Log.PriceOutdated(logger, provider.Vendor, provider.Model, price.PromptPer1K, tariff.PromptPer1K, prices.Currency, tariff.AsOf);
    }

    /// <summary>An answer ended with a finish reason that is none of the known ones.</summary>
    public void WarnFinishReason(string provider, string reason)
    {
        if (_unknownEnds.TryAdd((provider, reason)))
            Log.FinishReasonUnknown(logger, provider, reason);
    }

    /// <summary>Whether a warning of cut prompts would be logged for the provider.</summary>
    public bool MayWarnTruncated(string provider) => logger.IsEnabled(LogLevel.Warning) && !_truncated.Contains(provider);

    /// <summary>The provider seems to cut prompts without an error.</summary>
    public void WarnTruncated(string provider, int reported, int estimate)
    {
        if (_truncated.TryAdd(provider))
            Log.PromptTruncated(logger, provider, reported, estimate);
    }
}
