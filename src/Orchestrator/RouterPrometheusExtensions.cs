using Prometheus;

namespace Orchestrator;

/// <summary>Shows a router's metrics in a registry of prometheus-net. Nothing else of the public surface names types of that
/// library.</summary>
public static class RouterPrometheusExtensions
{
    /// <summary>Exports the router's metrics to a registry: from now on every scrape of it shows all totals since the router was
    /// made.</summary>
    /// <remarks>
    /// <para>A router may export to several registries at once, and beside its own endpoint (<see cref="Router.StartMetricsServerAsync"/>):
    /// all show the same totals. A call pays nothing for it.</para>
    /// <para>Several routers may export to one registry, also one after the other: their counters and histograms add up. If several have a
    /// provider of the same name, its gauges show the sum and the worst health; a router that stops takes away its own part, no
    /// others.</para>
    /// </remarks>
    /// <param name="router">The router.</param>
    /// <param name="registry">The registry, such as <c>Metrics.DefaultRegistry</c>.</param>
    /// <returns>An export that ends when it is disposed, or with the router: the last totals are written, counters stay as they are, and
    /// the router's gauges go away. An export to the same registry that starts again goes on where the last one ended.</returns>
    /// <exception cref="InvalidOperationException">The router exports to this registry already, or the registry holds a metric of another
    /// kind under a name of the router's.</exception>
    /// <exception cref="ObjectDisposedException">The router is disposed.</exception>
    public static IDisposable ExportTo(this Router router, CollectorRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(router);
        ArgumentNullException.ThrowIfNull(registry);
        return router.Exports.Start(registry);
    }
}
