using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>What probes say, once for each change. Ids 120 to 129.</summary>
internal static partial class ProbeCacheLog
{
    [LoggerMessage(120, LogLevel.Warning, "Provider {Provider} failed its health probe; it goes last until a probe succeeds.")]
    public static partial void ProbeFailed(this ILogger logger, string provider);

    [LoggerMessage(121, LogLevel.Information, "Provider {Provider} passes its health probe again.")]
    public static partial void ProbeRecovered(this ILogger logger, string provider);
}
