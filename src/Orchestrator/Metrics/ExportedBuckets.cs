namespace Orchestrator;

/// <summary>The observations that one exported histogram has received, by bucket.</summary>
internal sealed class ExportedBuckets
{
    private (double Sum, long Count)[]? _exported;

    /// <summary>Exports the observations since the last call, as a mean and a count for each bucket.</summary>
    public void HandOver(BucketCounts all, Action<double, long> observe)
    {
        for (var i = 0; i < all.Length; i++)
        {
            var (sum, count) = _exported?[i] ?? default;
            if (all.Count(i) == count)
                continue;
            observe(all.Mean(i, all.Sum(i) - sum, all.Count(i) - count), all.Count(i) - count);
            (_exported ??= new (double, long)[all.Length])[i] = (all.Sum(i), all.Count(i));
        }
    }
}
