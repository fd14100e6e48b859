namespace Orchestrator;

// What it tells to those who watch.
public sealed partial class Router
{
    /// <summary>The name of the source of its spans: one for each call, and under it one for each attempt.</summary>
    public const string ActivitySourceName = Telemetry.Name;

    /// <summary>The name of its meter.</summary>
    public const string MeterName = Telemetry.Name;

    /// <summary>What was counted since the router was made, over all providers, those removed too.</summary>
    /// <returns>A snapshot. A call that ends meanwhile may be in one number and not yet in another.</returns>
    public RouterTotals GetTotals() => TotalsReport.Of(_services.Calls, _providers, _services.Clock.Now(), _services.Prices.Currency);
}
