namespace Orchestrator;

/// <summary>
/// The time in which callers waited for a provider and left before it said anything. No single one of them can tell a slow provider from a
/// dead one; together they can. Times at which several waited count once. Guarded by the lock of its <c>ProviderState</c>.
/// </summary>
internal struct Silence
{
    private long _sum;
    private long _until;
    private bool _isBegun;

    /// <summary>A caller has left.</summary>
    /// <param name="lasted">How long it waited, in stamps.</param>
    /// <param name="limit">How long the provider may be silent, in stamps; zero for ever.</param>
    /// <param name="now">The time.</param>
    /// <param name="late">How far the stamps of concurrent calls may lie apart.</param>
    /// <returns>Whether the provider was silent for too long: the sum starts anew.</returns>
    public bool Add(long lasted, long limit, long now, long late)
    {
        var from = now - lasted;
        // A stamp from far in the future is that of a clock that has stepped back since.
        if (_isBegun && _until - now <= late)
            from = Math.Max(from, _until);
        _sum += Math.Max(0, now - from);
        _until = Math.Max(now, from);
        _isBegun = true;
        if (limit <= 0 || _sum < limit)
            return false;
        _sum = 0;
        return true;
    }

    /// <summary>The provider has said something.</summary>
    public void Break(long now)
    {
        _sum = 0;
        _until = now;
        _isBegun = true;
    }
}
