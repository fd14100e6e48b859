using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>What the list of providers needs to register one.</summary>
/// <param name="Clock">The clock.</param>
/// <param name="Health">When a provider is ejected.</param>
/// <param name="Prices">The router's prices.</param>
/// <param name="Timeouts">The router's time-outs.</param>
/// <param name="Probes">The answers of health probes; null when the strategy uses none.</param>
/// <param name="Foreign">The threads that providers are disposed on.</param>
/// <param name="Once">Warnings that are logged once.</param>
/// <param name="Logger">A logger that does not throw.</param>
internal sealed record ProviderListServices(
    RouterClock Clock, HealthOptions Health, PricingTable Prices, TimeoutOptions Timeouts, ProbeCache? Probes,
    ForeignWork Foreign, OnceLog Once, ILogger Logger);
