namespace Orchestrator;

/// <summary>A time stamp that holds until the system's coarse clock moves on.</summary>
/// <param name="Value">The stamp.</param>
/// <param name="Tick">The coarse clock when it was taken; 0 for none yet.</param>
internal readonly record struct CoarseStamp(long Value, long Tick);
