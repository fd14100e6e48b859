namespace Orchestrator;

/// <summary>
/// Iterates over a list that may be too long to count every entry: all entries while the tally allows it, then fewer and fewer, each of
/// which represents its neighbours. The position within a step varies, because lists repeat patterns (question, answer, question).
/// </summary>
internal struct SampledWalk(int count)
{
    private const int Growth = 512;
    private int _next;
    private int _sampledFrom = -1;

    /// <summary>The index of the current entry.</summary>
    public int Index { get; private set; }

    /// <summary>How many entries it represents.</summary>
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
        // The high bits, because the low bits of a product repeat the pattern of the number.
        Index = _next + (int)(((ulong)((uint)_next * 2654435769u) * (uint)Weight) >> 32);
        return true;
    }
}
