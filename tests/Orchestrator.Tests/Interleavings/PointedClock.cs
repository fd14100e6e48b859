using System.Collections.Concurrent;

namespace Orchestrator.Tests.Interleavings;

/// <summary>A clock in milliseconds that moves only by a call. The library looks at it between nearly all of its steps, so each look is
/// a point: one before, and one before what was seen is used.</summary>
internal sealed class PointedClock(Interleaver interleaver) : TimeProvider
{
    private long _now = 1_000_000;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp()
    {
        interleaver.Point();
        var now = Interlocked.Read(ref _now);
        interleaver.Point();
        return now;
    }

    public void Advance(int milliseconds) => Interlocked.Add(ref _now, milliseconds);
}

/// <summary>In the order of the list, with points around it.</summary>
internal sealed class PointedStrategy(Interleaver interleaver) : IRoutingStrategy
{
    /// <summary>The turns of the calls it has ranked for.</summary>
    public ConcurrentBag<long> Turns { get; } = [];

    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        Turns.Add(context.Sequence);
        foreach (var candidate in candidates)
        {
            interleaver.Point();
            yield return candidate;
        }
    }
}
