namespace Orchestrator;

/// <summary>What one histogram was told of observations that are counted by bucket.</summary>
internal sealed class ToldBuckets
{
    private (double Sum, long Count)[]? _told;

    /// <summary>Tells the observations that came since the last time, as a mean and a count for each bucket.</summary>
    public void TakeNew(BucketCounts all, Action<double, long> tell)
    {
        for (var i = 0; i < all.Length; i++)
        {
            var (sum, count) = _told?[i] ?? default;
            if (all.Count(i) == count)
                continue;
            tell(all.Mean(i, all.Sum(i) - sum, all.Count(i) - count), all.Count(i) - count);
            (_told ??= new (double, long)[all.Length])[i] = (all.Sum(i), all.Count(i));
        }
    }
}
