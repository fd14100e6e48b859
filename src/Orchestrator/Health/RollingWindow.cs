namespace Orchestrator;

/// <summary>
/// Good and bad ends of the last sixty buckets of time, for instance of one second each. Forgets by time alone: reading computes what still
/// counts "now" and changes nothing. A clock that steps back by the window or more leaves nothing that can be dated: all is forgotten.
/// Guarded by its owner's lock.
/// </summary>
internal sealed class RollingWindow
{
    public const int Buckets = 60;
    private readonly int[] _good = new int[Buckets];
    private readonly int[] _bad = new int[Buckets];
    private long _newest;
    private int _goodSum, _badSum;

    /// <summary>Whether there is anything bad to weigh; without it the answer needs no window. Safe to ask without the lock.</summary>
    public bool HasBad => _badSum != 0;

    public void Add(bool good, long bucket)
    {
        if (bucket > _newest || _newest - bucket >= Buckets)
            ForgetUntil(bucket);
        // A small step back, as of ends that arrive out of order, writes into the newest bucket rather than into the past.
        var slot = SlotOf(_newest);
        if (good)
        {
            _good[slot]++;
            _goodSum++;
        }
        else
        {
            _bad[slot]++;
            _badSum++;
        }
    }

    public (int Good, int Bad) At(long bucket)
    {
        var gone = bucket - _newest;
        if (_goodSum + _badSum == 0 || Math.Abs(gone) >= Buckets)
            return (0, 0);
        if (gone <= 0)
            return (_goodSum, _badSum);
        var (good, bad) = (_goodSum, _badSum);
        for (var s = _newest + 1; s <= bucket; s++)
        {
            good -= _good[SlotOf(s)];
            bad -= _bad[SlotOf(s)];
        }

        return (good, bad);
    }

    public void Clear()
    {
        Array.Clear(_good);
        Array.Clear(_bad);
        _goodSum = _badSum = 0;
    }

    // Never negative, whatever stamps a clock gives.
    private static int SlotOf(long bucket) => (int)((ulong)bucket % Buckets);

    private void ForgetUntil(long bucket)
    {
        if (Math.Abs(bucket - _newest) >= Buckets)
        {
            Clear();
        }
        else
        {
            for (var s = _newest + 1; s <= bucket; s++)
            {
                ref var good = ref _good[SlotOf(s)];
                ref var bad = ref _bad[SlotOf(s)];
                _goodSum -= good;
                _badSum -= bad;
                good = bad = 0;
            }
        }

        _newest = bucket;
    }
}
