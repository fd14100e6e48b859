namespace Orchestrator;

/// <summary>What the exporter shows of one provider name beside the totals of its models. Valid during the visit only.</summary>
internal readonly ref struct StateTotals(
    ProviderHealth health, int inFlight, WaitQueue queue, ReadOnlySpan<long> changes, ReadOnlySpan<long> errors)
{
    public ProviderHealth Health { get; } = health;

    public int InFlight { get; } = inFlight;

    public WaitQueue Queue { get; } = queue;

    /// <summary>The number of changes so far, by <see cref="ProviderAvailability"/>.</summary>
    public ReadOnlySpan<long> Changes { get; } = changes;

    /// <summary>The number of errors so far, of all of its models, by <see cref="LlmErrorKind"/>.</summary>
    public ReadOnlySpan<long> Errors { get; } = errors;
}
