using Prometheus;

namespace Orchestrator.Tests.Support;

internal static class Exports
{
    /// <summary>The router itself, its metrics shown in the registry, if there is one, until it is disposed.</summary>
    public static Router ExportingTo(this Router router, CollectorRegistry? registry)
    {
        if (registry is not null)
            router.ExportTo(registry);
        return router;
    }
}
