namespace Orchestrator;

/// <summary>
/// Successes and failures in the last sixty buckets of time, for instance of one second each. Counts leave the window by time alone:
/// reading computes what is in it "now" and changes nothing. A clock that steps back by the window or more clears it: the counts have no
/// date. Guarded by its owner's lock.
/// </summary>
internal sealed class RollingWindow
{
    public const int Buckets = 60;
    private readonly int[] _good = new int[Buckets];
    private readonly int[] _bad = new int[Buckets];
    private long _newest;
    private int _goodSum, _badSum;

    /// <summary>Whether any failure is counted; without one there is nothing to compute. Safe to read without the lock.</summary>
    public bool HasBad => _badSum != 0;

    public void Add(bool good, long bucket)
    {
        if (bucket > _newest || _newest - bucket >= Buckets)
            ForgetUntil(bucket);
        // Ends that arrive out of order count in the newest bucket.
        var index = IndexOf(_newest);
        if (good)
        {
            _good[index]++;
            _goodSum++;
        }
        else
        {
            _bad[index]++;
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
            good -= _good[IndexOf(s)];
            bad -= _bad[IndexOf(s)];
        }

        return (good, bad);
    }

    public void Clear()
    {
        Array.Clear(_good);
        Array.Clear(_bad);
        _goodSum = _badSum = 0;
    }

    // Unsigned, so that a negative stamp gives no negative index.
    private static int IndexOf(long bucket) => (int)((ulong)bucket % Buckets);

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
                ref var good = ref _good[IndexOf(s)];
                ref var bad = ref _bad[IndexOf(s)];
                _goodSum -= good;
                _badSum -= bad;
                good = bad = 0;
            }
        }

        _newest = bucket;
    }
}
