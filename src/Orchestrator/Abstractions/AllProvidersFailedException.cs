namespace Orchestrator;

/// <summary>Every provider that could be tried was tried and failed, or the attempts or the time of the call ran out.</summary>
/// <remarks>Kind, status, codes and inner exception are the last attempt's; <see cref="LlmException.RetryAfter"/> is the shortest any of
/// them asked for.</remarks>
/// <param name="kind">The last attempt's kind.</param>
/// <param name="message">What happened, provider by provider.</param>
/// <param name="attempts">The attempts in order; at least one.</param>
/// <param name="inner">The last attempt's exception.</param>
public sealed class AllProvidersFailedException(
    LlmErrorKind kind, string message, IReadOnlyList<LlmAttempt> attempts, Exception? inner = null)
    : LlmException(kind, message, inner)
{
    /// <summary>Every attempt of the call, in order.</summary>
    public IReadOnlyList<LlmAttempt> Attempts { get; } = attempts;
}
