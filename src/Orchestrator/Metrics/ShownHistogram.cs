using Prometheus;

namespace Orchestrator;

/// <summary>
/// One exported histogram and the observations it has received. The totals keep all observations, so that every exporter, and also a series
/// that was removed and is created again, shows all of them. Guarded by the exporter's lock.
/// </summary>
/// <param name="histogram">Finds or creates the series; called at the first observation.</param>
internal sealed class ShownHistogram(Func<Histogram.Child> histogram)
{
    private readonly ExportedBuckets _exported = new();
    private Histogram.Child? _child;

    public void Set(BucketCounts all) => _exported.HandOver(all, Observe);

    private void Observe(double mean, long count) => (_child ??= histogram()).Observe(mean, count);
}
