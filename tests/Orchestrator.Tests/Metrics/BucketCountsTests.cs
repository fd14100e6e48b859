namespace Orchestrator.Tests.Metrics;

/// <summary>Durations between two looks of the exporter, as one mean for each bucket.</summary>
public class BucketCountsTests
{
    [Fact]
    public void Each_bucket_that_has_any_is_reported_once()
    {
        var counts = new BucketCounts([1, 2]);
        foreach (var seconds in new[] { 0.5, 1, 1.5, 7, 9 })
            counts.Add(seconds);
        var told = new List<(double Mean, long Count)>();
        var buckets = new ExportedBuckets();
        buckets.HandOver(counts, (mean, count) => told.Add((mean, count)));
        told.Should().Equal((0.75, 2), (1.5, 1), (8, 2));
        buckets.HandOver(counts, (mean, count) => told.Add((mean, count)));
        told.Should().HaveCount(3, "what was told is not told again");
        counts.Add(3);
        buckets.HandOver(counts, (mean, count) => told.Add((mean, count)));
        told[3..].Should().Equal((3, 1));
    }

    [Fact]
    public void A_mean_that_rounding_carries_over_a_bound_stays_in_its_bucket()
    {
        // Three times 0.1 divided by three is a little more, and seven times the next number above 0.1 divided by seven a little less.
        var above = Math.BitIncrement(0.1);
        (0.1 + 0.1 + 0.1).Should().BeGreaterThan(0.3);
        var counts = new BucketCounts([0.1, 0.2]);
        for (var i = 0; i < 3; i++)
            counts.Add(0.1);
        for (var i = 0; i < 7; i++)
            counts.Add(above);
        var told = new List<(double Mean, long Count)>();
        new ExportedBuckets().HandOver(counts, (mean, count) => told.Add((mean, count)));
        told.Should().Equal((0.1, 3), (above, 7));
    }
}
