namespace Orchestrator;

/// <summary>What attempts used that gave no answer.</summary>
/// <param name="Tokens">Tokens of prompts and of what had come of the answers.</param>
/// <param name="Cost">Their cost, as far as it is known, in the router's currency.</param>
public readonly record struct Waste(long Tokens, decimal Cost)
{
    /// <summary>The cause for which an attempt's usage is wasted.</summary>
    /// <param name="attempts">The attempts of a call.</param>
    /// <param name="index">The attempt's place among them.</param>
    /// <returns><see langword="null"/> for the attempt that answered.</returns>
    internal static WasteCause? CauseOf(IReadOnlyList<LlmAttempt> attempts, int index) => attempts[index].Outcome switch
    {
        AttemptOutcome.Succeeded => null,
        AttemptOutcome.Cancelled => WasteCause.Cancelled,
        AttemptOutcome.Abandoned => WasteCause.Abandoned,
        _ when index + 1 < attempts.Count && attempts[index + 1].Role == AttemptRole.Restart => WasteCause.Restarted,
        _ => WasteCause.Failed,
    };

    internal Waste With(LlmAttempt attempt) => new(Tokens + attempt.Usage.TotalTokens, Cost + (attempt.Cost ?? 0));
}
