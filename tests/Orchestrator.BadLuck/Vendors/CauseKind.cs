namespace Orchestrator.BadLuck;

/// <summary>What puts a vendor out of service for everybody, for a time.</summary>
internal enum CauseKind
{
    /// <summary>The key is refused: 401.</summary>
    DeadKey,

    /// <summary>429, and a <c>Retry-After</c> too long to wait for.</summary>
    LongLimit,

    /// <summary>429, and a <c>Retry-After</c> that a call waits for.</summary>
    ShortLimit,

    /// <summary>429 that does not say how long.</summary>
    BareLimit,

    /// <summary>500 for every request.</summary>
    Outage,

    /// <summary>503 with a short <c>Retry-After</c>.</summary>
    Busy,

    /// <summary>500 for every third request.</summary>
    Flaky,
}
