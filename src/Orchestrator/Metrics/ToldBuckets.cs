namespace Orchestrator;

/// <summary>What an exported histogram has been told of a name's observations. The counts themselves stay whole, so that a series that gave way can
/// come back with all of them. Guarded by the exporter's lock.</summary>
internal sealed class ToldBuckets
{
    private (double Sum, long Count)[]? _told;

    /// <summary>Adds what came since the last time to <paramref name="target"/>, as (mean, count) by bucket.</summary>
    public void TakeNew(BucketCounts all, List<(double Mean, long Count)> target)
    {
        for (var i = 0; i < all.Length; i++)
        {
            var (sum, count) = _told?[i] ?? default;
            if (all.Count(i) == count)
                continue;
            target.Add((all.Mean(i, all.Sum(i) - sum, all.Count(i) - count), all.Count(i) - count));
            (_told ??= new (double, long)[all.Length])[i] = (all.Sum(i), all.Count(i));
        }
    }
}
