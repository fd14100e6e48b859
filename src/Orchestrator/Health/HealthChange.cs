namespace Orchestrator;

/// <summary>A change of a provider's availability: one line of the log, and one count of the metrics.</summary>
/// <param name="To">What it changed to.</param>
/// <param name="Reason">The kind of error that led to it, if one did.</param>
/// <param name="For">How long it holds at least.</param>
internal readonly record struct HealthChange(ProviderAvailability To, LlmErrorKind? Reason, TimeSpan For);
