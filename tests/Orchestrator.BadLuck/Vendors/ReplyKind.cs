namespace Orchestrator.BadLuck;

/// <summary>What a vendor answers a request with.</summary>
internal enum ReplyKind
{
    Answer,
    Page,
    Unauthorized,
    RateLimited,
    ServerError,
    Busy,
    Flagged,
    Refused,
}
