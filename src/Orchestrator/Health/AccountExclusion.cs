namespace Orchestrator;

/// <summary>
/// The exclusion of a provider whose account was refused: its key, its rights, its money, its model. One error earns a short one; the same
/// result of another call doubles it. Guarded by the lock of its <c>ProviderState</c>.
/// </summary>
/// <remarks>
/// <code>
///           an error of the account              time is over, or it is let through early
///   (none) ──────────────────────────► (running) ─────────────────────────────────────────► (due)
///     ▲                                 ▲  │  ▲                                               │ the next call
///     │          confirmed once by calls│  │  │ refused again: twice as long                  ▼
///     │          that began before it   └──┘  └───────────────────────────────────────── (on trial)
///     └───────────── a success, whenever its attempt began ◄── from every state
/// </code>
/// A trial that ends otherwise leaves the next call to make it.
/// </remarks>
internal sealed class AccountExclusion(HealthOptions options, RouterClock clock)
{
    /// <summary>How long after an attempt a provider that no other can replace is asked again at the earliest.</summary>
    internal static readonly TimeSpan BetweenTrials = TimeSpan.FromSeconds(1);

    private Countdown _running;
    private Countdown _rest;
    private TimeSpan _length;
    private int _number;
    private bool _isEarly;
    private bool _isConfirmed;
    private bool _isProbed;

    /// <summary>Whether the provider is excluded, or needs a trial before it is available again.</summary>
    public bool IsActive { get; private set; }

    public ExclusionReason Reason { get; private set; }

    public bool IsRunning(long now) => IsActive && !_isEarly && _running.IsRunning(now);

    public long Left(long now) => IsRunning(now) ? _running.Left(now) : 0;

    /// <summary>The vendor has refused the account.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="ticket">The ticket of the attempt.</param>
    /// <param name="now">The time.</param>
    /// <param name="begun">The number of exclusions that have begun; counted on if this begins one.</param>
    /// <returns>Its length if it begins, begins anew after a trial, or is for another reason now; null otherwise.</returns>
    public TimeSpan? Refuse(ExclusionReason reason, AttemptTicket ticket, long now, ref int begun)
    {
        var isChange = !IsRunning(now) || Reason != reason;
        if (!IsActive)
        {
            (IsActive, _isConfirmed) = (true, false);
            _length = options.FirstExclusionTime < options.ExclusionTime ? options.FirstExclusionTime : options.ExclusionTime;
            _number = ++begun;
        }
        else if (ticket.Exclusions >= _number)
        {
            Double();
            _number = ++begun;
        }
        else if (!_isConfirmed)
        {
            // Calls that were in flight know no more than the first of them did.
            _isConfirmed = true;
            Double();
        }
        else
        {
            return null;
        }

        (Reason, _isEarly, _isProbed) = (reason, false, false);
        Run(now);
        _rest = Countdown.Of(clock, now, BetweenTrials);
        return isChange ? _length : null;
    }

    /// <summary>The free check of the provider has failed while it is excluded: counts once between two trials.</summary>
    public void ConfirmByProbe(long now)
    {
        if (!IsRunning(now) || _isProbed)
            return;
        _isProbed = true;
        Double();
        Run(now);
    }

    /// <summary>Makes the trial due before the time is over: there is no other provider.</summary>
    public void EndEarly() => _isEarly = true;

    public void NoteTrial(long now) => _rest = Countdown.Of(clock, now, BetweenTrials);

    /// <summary>Whether it was asked within the last second.</summary>
    public bool WasJustAsked(long now) => _rest.IsRunning(now);

    /// <returns>Whether there was one.</returns>
    public bool Lift()
    {
        var wasActive = IsActive;
        (IsActive, _isEarly) = (false, false);
        return wasActive;
    }

    private void Double() => _length = _length > options.ExclusionTime - _length ? options.ExclusionTime : _length * 2;

    private void Run(long now) => _running = Countdown.Of(clock, now, _length);
}
