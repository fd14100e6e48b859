namespace Orchestrator.Tests.Health;

/// <summary>What the durations cost in memory; their numbers are those of the metrics.</summary>
public class LatencyRingTests
{
    [Fact]
    public void It_grows_with_its_durations_and_not_for_a_thousand_at_once()
    {
        var ring = new LatencyRing();
        BytesOfAdding(ring, 16).Should().Be(0);
        BytesOfAdding(ring, 1).Should().BeInRange(32 * sizeof(long), 64 * sizeof(long));
    }

    [Fact]
    public void Full_it_takes_the_newest_for_the_oldest_and_no_more_memory()
    {
        var ring = new LatencyRing();
        BytesOfAdding(ring, 1000).Should().BePositive();
        BytesOfAdding(ring, 2500).Should().Be(0);
        ring.Sorted().Should().HaveCount(1000);
    }

    private static long BytesOfAdding(LatencyRing ring, int times)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times; i++)
            ring.Add(i);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
