namespace Orchestrator;

/// <summary>
/// <code>
///            bytes               head complete        page rendered         sent
///   Idle ───────────► Reading ───────────────► Waiting ───────────► Writing ────► Idle, or closed
///     ▲                  │ refused, 404 …                             ▲  │
///     │                  └────────────────────────────────────────────┘  └──────► Draining ─► closed
///     └──────────────────────────────── kept alive ◄─────────────────────┘        (what still comes is not read as a request)
/// </code>
/// </summary>
internal enum MetricConnectionState
{
    Idle,
    Reading,
    Waiting,
    Writing,
    Draining,
}
