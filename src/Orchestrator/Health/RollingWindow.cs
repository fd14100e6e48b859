namespace Orchestrator;

/// <summary>
/// Good and bad ends of the last 60 seconds, in one-second buckets. Forgets by time alone: reading computes what still counts "now"
/// and changes nothing. Guarded by its owner's lock.
/// </summary>
internal sealed class RollingWindow
{
    private const int Seconds = 60;
    private readonly int[] _good = new int[Seconds];
    private readonly int[] _bad = new int[Seconds];
    private long _newest;
    private int _goodSum, _badSum;

    public void Add(bool good, long second)
    {
        if (second > _newest)
            ForgetUntil(second);
        // A clock that steps back writes into the newest bucket rather than into the past.
        var slot = (int)(_newest % Seconds);
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
        if (gone <= 0 || _goodSum + _badSum == 0)
            return (_goodSum, _badSum);
        if (gone >= Seconds)
            return (0, 0);
        var (good, bad) = (_goodSum, _badSum);
        for (var s = _newest + 1; s <= second; s++)
        {
            good -= _good[s % Seconds];
            bad -= _bad[s % Seconds];
        }

        return (good, bad);
    }

    public void Clear()
    {
        Array.Clear(_good);
        Array.Clear(_bad);
        _goodSum = _badSum = 0;
    }

    private void ForgetUntil(long second)
    {
        if (second - _newest >= Seconds)
        {
            Clear();
        }
        else
        {
            for (var s = _newest + 1; s <= second; s++)
            {
                ref var good = ref _good[s % Seconds];
                ref var bad = ref _bad[s % Seconds];
                _goodSum -= good;
                _badSum -= bad;
                good = bad = 0;
            }
        }

        _newest = second;
    }
}
