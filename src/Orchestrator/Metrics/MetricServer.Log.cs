using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>What the metrics server logs: event ids 200 to 219.</summary>
internal static partial class MetricServerLog
{
    [LoggerMessage(200, LogLevel.Information, "Metrics are served at {Url}")]
    public static partial void Started(ILogger logger, Uri url);

    [LoggerMessage(201, LogLevel.Information, "IPv6 is not available: metrics are served on 127.0.0.1 port {Port} only")]
    public static partial void NoIPv6(ILogger logger, int port);

    [LoggerMessage(202, LogLevel.Information, "The metrics server on port {Port} has stopped")]
    public static partial void Stopped(ILogger logger, int port);

    [LoggerMessage(203, LogLevel.Error, "Collecting the metrics failed; the scrape was answered with 500 ({Suppressed} more since this was last said)")]
    public static partial void ExportFailed(ILogger logger, Exception error, int suppressed);

    [LoggerMessage(204, LogLevel.Warning, "Collecting the metrics takes longer than 5 s; the scrape was answered with 503 ({Suppressed} more since this was last said)")]
    public static partial void ExportSlow(ILogger logger, int suppressed);

    [LoggerMessage(205, LogLevel.Warning, "The metrics server could not accept a connection: {Error} ({Suppressed} more since this was last said)")]
    public static partial void AcceptFailed(ILogger logger, string error, int suppressed);

    [LoggerMessage(206, LogLevel.Warning, "The metrics server has all of its {Limit} connections taken and drops those that send no request ({Suppressed} more since this was last said)")]
    public static partial void Evicting(ILogger logger, int limit, int suppressed);

    [LoggerMessage(207, LogLevel.Warning, "A request for metrics was refused: its Host names another machine ({Suppressed} more since this was last said)")]
    public static partial void ForeignHost(ILogger logger, int suppressed);

    [LoggerMessage(208, LogLevel.Error, "The metrics server met an unexpected error and goes on ({Suppressed} more since this was last said)")]
    public static partial void Unexpected(ILogger logger, Exception error, int suppressed);
}
