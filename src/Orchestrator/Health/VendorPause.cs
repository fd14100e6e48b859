namespace Orchestrator;

/// <summary>
/// The time for which a vendor wants no requests: what its <c>Retry-After</c> says, or a cool-down of the router's own after a rate limit
/// without one. Guarded by the lock of its <c>ProviderState</c>.
/// </summary>
internal sealed class VendorPause(HealthOptions options, RouterClock clock)
{
    /// <summary>The first cool-down after a rate limit; the next ones are twice as long each.</summary>
    private static readonly TimeSpan FirstCoolDown = TimeSpan.FromSeconds(1);

    private Countdown _running;
    private TimeSpan _coolDown;
    private int _number;
    private LlmErrorKind? _errorKind;

    /// <summary>Whether one has begun whose end was not noticed yet.</summary>
    public bool IsSet { get; private set; }

    public ExclusionReason Reason { get; private set; }

    public bool IsRunning(long now) => IsSet && _running.IsRunning(now);

    public long Left(long now) => IsSet ? _running.Left(now) : 0;

    /// <summary>Begins one. One that ends later stays as it is.</summary>
    /// <returns>Whether the provider was not excluded before, or for another reason.</returns>
    public bool Begin(ExclusionReason reason, LlmErrorKind? errorKind, TimeSpan length, long now)
    {
        var next = Countdown.Of(clock, now, length);
        if (!next.IsRunning(now) || (IsRunning(now) && _running.End >= next.End))
            return false;
        var isNew = !IsRunning(now) || (Reason, _errorKind) != (reason, errorKind);
        (_running, IsSet, Reason, _errorKind) = (next, true, reason, errorKind);
        return isNew;
    }

    /// <summary>How long a cool-down follows a rate limit without a <c>Retry-After</c>.</summary>
    /// <param name="ticket">The ticket of the attempt.</param>
    /// <param name="now">The time.</param>
    /// <param name="begun">The number of exclusions that have begun; counted on if this begins one.</param>
    /// <returns>Its length; null when the attempt began before the cool-down that runs.</returns>
    public TimeSpan? NextCoolDown(AttemptTicket ticket, long now, ref int begun)
    {
        var longest = options.LongestRetryAfter;
        if (_coolDown == TimeSpan.Zero)
            _coolDown = FirstCoolDown < longest ? FirstCoolDown : longest;
        else if (ticket.Exclusions >= _number)
            _coolDown = _coolDown > longest - _coolDown ? longest : _coolDown * 2;
        else if (IsRunning(now))
            return null;
        _number = ++begun;
        return _coolDown;
    }

    /// <summary>The next cool-down is a short one again.</summary>
    public void EndGrowth() => _coolDown = TimeSpan.Zero;

    public void Clear() => IsSet = false;
}
