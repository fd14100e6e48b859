using Prometheus;

namespace Orchestrator;

/// <summary>The exported series of a provider, without those of its models and its gauges.</summary>
internal sealed class NameSeries(MetricFamilies families, string name, bool shared) : ShownSeries
{
    // Most kinds never occur: a series is created with its first error, change or wait.
    private readonly ShownCounter?[] _errors = new ShownCounter?[MetricLabels.Kinds.Length];
    private readonly ShownCounter?[] _changes = new ShownCounter?[MetricLabels.Changes.Length];
    private readonly ShownHistogram _waits = new(() => families.QueueWait.WithLabels(name));

    public void Set(StateTotals totals)
    {
        Set(families.Errors, MetricLabels.Kinds, _errors, totals.Errors);
        Set(families.Changes, MetricLabels.Changes, _changes, totals.Changes);
        _waits.Set(totals.Waits);
    }

    public override void RemoveFrom(MetricFamilies from)
    {
        foreach (var kind in MetricLabels.Kinds)
            from.Errors.RemoveLabelled(name, kind);
        foreach (var state in MetricLabels.Changes)
            from.Changes.RemoveLabelled(name, state);
        from.QueueWait.RemoveLabelled(name);
    }

    private void Set(Counter counter, string[] labels, ShownCounter?[] shown, ReadOnlySpan<long> totals)
    {
        for (var i = 0; i < shown.Length; i++)
        {
            if (totals[i] > 0)
                (shown[i] ??= new ShownCounter(counter.WithLabels(name, labels[i]), shared)).Set(totals[i]);
        }
    }
}
