namespace Orchestrator;

/// <summary>What an exporter shows of one provider name besides the totals of its models. Valid during the visit only.</summary>
internal readonly ref struct StateTotals(
    ProviderHealth health, ProviderPermits permits, ReadOnlySpan<long> changes, ReadOnlySpan<long> errors)
{
    public ProviderHealth Health { get; } = health;

    public int InFlight => Permits.InFlight;

    public int Queued => Permits.Queued;

    /// <summary>The waiting times of calls that were given a permit.</summary>
    public BucketCounts Waits => Permits.Waits;

    /// <summary>The number of changes so far, by <see cref="ProviderAvailability"/>.</summary>
    public ReadOnlySpan<long> Changes { get; } = changes;

    /// <summary>The number of errors so far, of all of its models, by <see cref="LlmErrorKind"/>.</summary>
    public ReadOnlySpan<long> Errors { get; } = errors;

    private ProviderPermits Permits { get; } = permits;
}
