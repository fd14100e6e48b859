namespace Orchestrator;

/// <summary>The times of an attempt that succeeded.</summary>
/// <param name="FirstToken">To its first token; null when it was not streamed.</param>
/// <param name="Whole">To its whole answer; null for a live stream.</param>
internal readonly record struct AnswerTimes(TimeSpan? FirstToken, TimeSpan? Whole)
{
    /// <summary>A live stream says when it begins; how long the whole of it takes is its reader's matter too.</summary>
    public static AnswerTimes Of(TimeSpan? firstToken, TimeSpan duration, bool streaming, bool live) =>
        new(streaming ? firstToken ?? duration : null, live ? null : duration);
}
