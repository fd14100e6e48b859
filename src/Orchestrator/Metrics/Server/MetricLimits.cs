namespace Orchestrator;

/// <summary>The limits of the endpoint.</summary>
internal static class MetricLimits
{
    public const int Connections = 64;

    /// <summary>How many bytes are read after the last response, so that closing does not reset the connection and lose the
    /// response.</summary>
    public const long Drained = 4 * 1024 * 1024;

    /// <summary>The time-out for a head to arrive, for a page to be collected and for a response to be read, each.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromSeconds(5);

    /// <summary>Longer than the usual 15 to 60 s between scrapes. Idle connections are closed first when all are in use.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(75);

    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan Stop = TimeSpan.FromMilliseconds(800);

    public static readonly TimeSpan RestAfterError = TimeSpan.FromMilliseconds(100);
}
