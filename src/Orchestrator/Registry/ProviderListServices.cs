using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>What the list of providers needs to register one.</summary>
/// <param name="Clock">The clock.</param>
/// <param name="Health">When a provider is ejected.</param>
/// <param name="Prices">The router's prices.</param>
/// <param name="Timeouts">The router's time-outs.</param>
/// <param name="Probes">What probes said; null where no strategy asks.</param>
/// <param name="Foreign">Where providers are disposed.</param>
/// <param name="Once">Warnings.</param>
/// <param name="Logger">A logger that does not throw.</param>
internal sealed record ProviderListServices(
    RouterClock Clock, HealthOptions Health, PricingTable Prices, TimeoutOptions Timeouts, ProbeCache? Probes,
    ForeignWork Foreign, OnceLog Once, ILogger Logger);
