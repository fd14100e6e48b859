using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Health;

/// <summary>A cache of probes as the router builds it, with a clock and a log of the test's own.</summary>
internal static class Probes
{
    public static ProbeCache NewCache(TimeProvider time, ILogger logger)
    {
        var (work, safe) = (new ForeignWork(), new SafeLogger(logger));
        return new ProbeCache(time, work, new ForeignCancellation(work, safe), safe);
    }
}
