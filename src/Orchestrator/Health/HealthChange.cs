namespace Orchestrator;

/// <summary>A change of a provider's availability: one line of the log, and one count of the metrics.</summary>
/// <param name="To">What it changed to.</param>
/// <param name="Reason">Why the provider is excluded; <see cref="ExclusionReason.None"/> for every other change.</param>
/// <param name="ErrorKind">The kind of the error that caused the change; null when no error did.</param>
/// <param name="For">How long it holds at least.</param>
internal readonly record struct HealthChange(ProviderAvailability To, ExclusionReason Reason, LlmErrorKind? ErrorKind, TimeSpan For);
