namespace Orchestrator;

/// <summary>What an attempt's end says about its provider.</summary>
/// <param name="IsFailure">Whether the provider is to blame.</param>
/// <param name="ErrorKind">The kind of its error.</param>
/// <param name="Exclusion">How long the provider is to be excluded; null for not at all.</param>
/// <param name="Jitter">0.8 to 1.2, by chance, for the cool-down.</param>
internal readonly record struct HealthVerdict(bool IsFailure, LlmErrorKind ErrorKind, TimeSpan? Exclusion, double Jitter);
