using Prometheus;

namespace Orchestrator.Benchmarks;

/// <summary>Routers with everything on: health, reported usage, cost, metrics. Logs are off.</summary>
internal static class Routers
{
    public static Router Of(RoutingStrategy strategy, int providers, Func<string, ILlmProvider> make, CollectorRegistry? registry = null)
    {
        var router = new Router(new RouterOptions { Strategy = strategy, Prices = PricingTable.Current });
        if (registry is not null)
            router.ExportTo(registry);
        for (var i = 0; i < providers; i++)
            router.AddProvider(make($"provider-{i}"));
        return router;
    }

    public static Router Whole(int providers, RoutingStrategy strategy = RoutingStrategy.BestAvailable) =>
        Of(strategy, providers, InstantProvider.Whole);

    public static Router Parts(int providers) => Of(RoutingStrategy.BestAvailable, providers, InstantProvider.Parts);

    public static Router Streaming(int providers, int updates, RoutingStrategy strategy = RoutingStrategy.BestAvailable) =>
        Of(strategy, providers, name => InstantProvider.Streaming(name, updates));
}
