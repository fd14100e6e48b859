namespace Orchestrator;

/// <summary>The times of an attempt that succeeded.</summary>
/// <param name="FirstToken">To its first token; null when it was not streamed.</param>
/// <param name="Whole">To its whole answer; null for a live stream.</param>
internal readonly record struct AnswerTimes(TimeSpan? FirstToken, TimeSpan? Whole);
