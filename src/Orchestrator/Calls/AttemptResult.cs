namespace Orchestrator;

/// <summary>How an attempt ended.</summary>
/// <param name="Record">Its record; null when the provider was not asked, because the call was cancelled or abandoned first.</param>
/// <param name="Spent">The time the provider took, in stamps.</param>
/// <param name="Counted">The part of that which the call's limit counts: until the answer went out live, if it did.</param>
/// <param name="Settled">When it was settled, as a stamp; null when it was followed by what takes time.</param>
/// <param name="Committed">Whether the answer could no longer be started over elsewhere.</param>
/// <param name="Ejected">Whether it ejected its provider, or was a trial that failed.</param>
/// <param name="CallExpired">Whether it failed by the call's own limit: the provider is not to blame, and no time is left for
/// another.</param>
/// <param name="ToolRan">Whether a tool has run within the provider, or may be running.</param>
internal readonly record struct AttemptResult(
    LlmAttempt? Record, long Spent, long Counted, long? Settled, bool Committed, bool Ejected, bool CallExpired, bool ToolRan);
