namespace Orchestrator.Wall;

/// <summary>How the caller asks.</summary>
internal enum WallMode
{
    /// <summary>For the whole answer.</summary>
    Buffered,

    /// <summary>For a stream, as it comes.</summary>
    Live,

    /// <summary>For a stream that starts over elsewhere when it breaks.</summary>
    LiveWithRestart,
}

internal static class WallModes
{
    public static readonly WallMode[] All = [WallMode.Buffered, WallMode.Live, WallMode.LiveWithRestart];

    public static string Name(this WallMode mode) => mode switch
    {
        WallMode.Buffered => "buffered",
        WallMode.Live => "live",
        _ => "live with restart",
    };
}
