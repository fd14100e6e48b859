namespace Orchestrator;

/// <summary>
/// A walk over a list that may be too long to look at every entry: all of them while the tally lets it, then ever fewer, each of which
/// stands for those around it. The place within a step is scattered, for lists that repeat (question, answer, question).
/// </summary>
internal struct SampledWalk(int count)
{
    private const int Growth = 512;
    private int _next;
    private int _sampledFrom = -1;

    /// <summary>The entry to look at.</summary>
    public int Index { get; private set; }

    /// <summary>How many entries it stands for.</summary>
    public int Weight { get; private set; }

    public bool Next(ref TokenTally tally)
    {
        _next += Weight;
        if (_next >= count)
            return false;
        (Index, Weight) = (_next, 1);
        if (tally.TakeEntry())
            return true;
        if (_sampledFrom < 0)
            _sampledFrom = _next;
        Weight = Math.Min(count - _next, 1 + ((_next - _sampledFrom) / Growth));
        // The high bits: the low ones of a product follow those of the number, which is what must not be.
        Index = _next + (int)(((ulong)((uint)_next * 2654435769u) * (uint)Weight) >> 32);
        return true;
    }
}
