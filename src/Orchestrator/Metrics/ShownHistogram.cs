using Prometheus;

namespace Orchestrator;

/// <summary>
/// One exported histogram and what it has of the observations. The counts themselves stay whole, so that every exporter shows all of
/// them, and so does a series that gave way and comes back. Guarded by the exporter's lock.
/// </summary>
/// <param name="histogram">Finds or creates the series; asked at the first observation.</param>
internal sealed class ShownHistogram(Func<Histogram.Child> histogram)
{
    private readonly ExportedBuckets _exported = new();
    private Histogram.Child? _child;

    public void Set(BucketCounts all) => _exported.HandOver(all, Observe);

    private void Observe(double mean, long count) => (_child ??= histogram()).Observe(mean, count);
}
