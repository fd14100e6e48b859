namespace Orchestrator;

/// <summary>A change of a provider's standing, told once: to the log, and as a count to the metrics.</summary>
/// <param name="To">What it changed to.</param>
/// <param name="Reason">The kind of error that led to it, if one did.</param>
/// <param name="For">How long it holds at least.</param>
internal readonly record struct HealthChange(HealthChange.Kind To, LlmErrorKind? Reason, TimeSpan For)
{
    public enum Kind
    {
        Ejected,
        Trial,
        Available,
        Excluded,
    }
}
