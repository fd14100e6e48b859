using Orchestrator;
using Orchestrator.DependencyInjection;
using Prometheus;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shows the metrics of the registered <see cref="Router"/> in a registry of prometheus-net.</summary>
public static class LlmRouterBuilderPrometheusExtensions
{
    /// <summary>Exports the router's metrics to a registry, from the moment the router is built until it is disposed.</summary>
    /// <remarks><see cref="RouterPrometheusExtensions.ExportTo"/> says what is shown. May be called for several registries.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="registry">The registry, such as <c>Metrics.DefaultRegistry</c>.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder ExportTo(this ILlmRouterBuilder builder, CollectorRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(registry);
        builder.Services.AddSingleton(new RouterAttachment(router => router.ExportTo(registry)));
        return builder;
    }
}
