namespace Orchestrator;

/// <summary>What the endpoint grants its clients.</summary>
internal static class MetricLimits
{
    public const int Connections = 64;

    /// <summary>What is read of a client after the last response, so that closing does not reset the connection and lose it.</summary>
    public const long Drained = 4 * 1024 * 1024;

    /// <summary>For a head to arrive, a page to be collected and a response to be taken, each.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromSeconds(5);

    /// <summary>More than the usual 15 to 60 s between scrapes. Idle connections are the first to go when room is needed.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(75);

    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan Stop = TimeSpan.FromMilliseconds(800);

    public static readonly TimeSpan RestAfterError = TimeSpan.FromMilliseconds(100);
}
