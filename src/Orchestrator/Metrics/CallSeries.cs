namespace Orchestrator;

/// <summary>The exported series of calls, over all providers.</summary>
internal sealed class CallSeries
{
    private readonly ShownCounter[] _outcomes;
    private readonly ShownCounter _failovers, _retries;
    private readonly ShownHistogram _duration, _overhead;

    public CallSeries(MetricFamilies families, bool shared)
    {
        _outcomes = Array.ConvertAll(MetricLabels.Outcomes, label => new ShownCounter(families.Calls.WithLabels(label), shared));
        _failovers = new(families.Failovers.WithLabels(), shared);
        _retries = new(families.Retries.WithLabels(), shared);
        var (duration, overhead) = (families.CallDuration.WithLabels(), families.Overhead.WithLabels());
        _duration = new(() => duration);
        _overhead = new(() => overhead);
    }

    public void Set(CallTotals totals)
    {
        Span<long> outcomes = stackalloc long[_outcomes.Length];
        var (durations, overheads) = (new BucketCounts(Buckets.Latency), new BucketCounts(Buckets.Overhead));
        var (failovers, retries) = totals.Read(outcomes, durations, overheads);
        for (var i = 0; i < outcomes.Length; i++)
            _outcomes[i].Set(outcomes[i]);
        _failovers.Set(failovers);
        _retries.Set(retries);
        _duration.Set(durations);
        _overhead.Set(overheads);
    }
}
