namespace Orchestrator;

/// <summary>
/// Good and bad ends of the last 60 seconds, in one-second buckets. Forgets by time alone: reading computes what still counts "now"
/// and changes nothing. A clock that steps back by the window or more leaves nothing that can be dated: all is forgotten. Guarded by its
/// owner's lock.
/// </summary>
internal sealed class RollingWindow
{
    private const int Seconds = 60;
    private readonly int[] _good = new int[Seconds];
    private readonly int[] _bad = new int[Seconds];
    private long _newest;
    private int _goodSum, _badSum;

    /// <summary>Whether there is anything bad to weigh; without it the answer needs no window. Safe to ask without the lock.</summary>
    public bool HasBad => _badSum != 0;

    public void Add(bool good, long second)
    {
        if (second > _newest || _newest - second >= Seconds)
            ForgetUntil(second);
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

    public (int Good, int Bad) At(long second)
    {
        var gone = second - _newest;
        if (_goodSum + _badSum == 0 || Math.Abs(gone) >= Seconds)
            return (0, 0);
        if (gone <= 0)
            return (_goodSum, _badSum);
        var (good, bad) = (_goodSum, _badSum);
        for (var s = _newest + 1; s <= second; s++)
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
    private static int SlotOf(long second) => (int)((ulong)second % Seconds);

    private void ForgetUntil(long second)
    {
        if (Math.Abs(second - _newest) >= Seconds)
        {
            Clear();
        }
        else
        {
            for (var s = _newest + 1; s <= second; s++)
            {
                ref var good = ref _good[SlotOf(s)];
                ref var bad = ref _bad[SlotOf(s)];
                _goodSum -= good;
                _badSum -= bad;
                good = bad = 0;
            }
        }

        _newest = second;
    }
}
