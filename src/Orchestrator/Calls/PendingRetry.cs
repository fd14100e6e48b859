namespace Orchestrator;

/// <summary>A retry at the same provider that is paid for and not made yet.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="OnEjected">Whether it may be made though the provider is ejected.</param>
/// <param name="Delay">How long to wait before it.</param>
/// <param name="Otherwise">What ends the call if it cannot be made; null when another provider may be tried.</param>
internal sealed record PendingRetry(RegisteredProvider Provider, bool OnEjected, TimeSpan Delay, LlmException? Otherwise)
{
    /// <summary>Whether its delay is over.</summary>
    public bool IsDue { get; set; }
}
