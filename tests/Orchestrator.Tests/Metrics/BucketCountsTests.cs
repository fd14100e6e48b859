namespace Orchestrator.Tests.Metrics;

/// <summary>Durations between two looks of the exporter, as one mean for each bucket.</summary>
public class BucketCountsTests
{
    [Fact]
    public void Each_bucket_that_has_any_is_told_once()
    {
        var counts = new BucketCounts([1, 2]);
        foreach (var seconds in new[] { 0.5, 1, 1.5, 7, 9 })
            counts.Add(seconds);
        var told = new List<(double Mean, long Count)>();
        counts.DrainInto(told);
        told.Should().Equal((0.75, 2), (1.5, 1), (8, 2));
        counts.DrainInto(told);
        told.Should().HaveCount(3, "what was told is not told again");
    }
}
