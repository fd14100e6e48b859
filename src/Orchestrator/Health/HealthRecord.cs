namespace Orchestrator;

/// <summary>
/// The circuit breaker of one provider: it counts how attempts ended and decides whether the provider may serve. It has no lock, clock or
/// random source of its own: every time is an argument. Guarded by the lock of its <c>ProviderState</c>.
/// </summary>
/// <remarks>
/// <code>
///     (closed)   three failures in a row, or 60 % errors      (open)
///   Available ───────────────────────────────────────────► Ejected ◄──────────────┐
///    ▲  ▲  ▲                                                  │ cool-down over     │ the trial fails:
///    │  │  └── Retry-After, rate limit: Excluded ◄──┐         ▼                    │ half as long again
///    │  └───────────── time is over ───────────────┘        Trial (one at a time) ─┘
///    ├──────────────── a success begun after the ejection ───┘  (half-open)
///    │
///    │     the account is refused: Excluded ──── time is over ──► Trial (one at a time; Excluded for other calls)
///    │                                 ▲ └─ success, begun whenever ─┐    │ refused again: twice as long
///    ├─────────────────────────────────┼─────────────────────────────┴────┤
///    │                                 └──────────────────────────────────┘
///    └── by hand ──► Excluded (Disabled) ── by hand ──► what the rest says
/// </code>
/// Ejection and exclusions run beside each other: excluded is more than ejected, and one trial serves both. Times are compared with "now"
/// when the record is read: no timer brings a provider back.
/// </remarks>
internal sealed partial class HealthRecord(HealthOptions options, RouterClock clock)
{
    private const double Growth = 1.5;

    /// <summary>A trial that runs longer no longer blocks the next one: the consumer of its stream may have stopped reading.</summary>
    private static readonly TimeSpan LongestTrial = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongDown = TimeSpan.FromMinutes(10);

    private readonly RollingWindow _window = new();
    private readonly long _bucket = Math.Max(1, clock.Stamps(options.Window) / RollingWindow.Buckets);
    private readonly long[] _changes = new long[Enum.GetValues<ProviderAvailability>().Length];
    private List<HealthChange>? _unreported;
    private int _streak;
    private int _epoch;
    private int _recoveredIn;
    private bool _ejected;
    private long _ejectedAt;
    private int _failedTrials;
    private Countdown _coolDown;
    private int _trials;
    private bool _onTrial;
    private Countdown _trial;
    private Silence _silence;

    /// <summary>Whether the provider is available and has no failures in the window. Safe to read without the lock, between two reads of
    /// the number of changes.</summary>
    public bool IsClear => !_window.HasBad && !_ejected && !_pause.IsSet && !_account.IsActive && !IsDisabled;

    /// <summary>Whether there are changes that <see cref="TakeChanges"/> has not returned. Safe to read without the lock.</summary>
    public bool HasChanges => Volatile.Read(ref _unreported) is not null;

    /// <summary>The number of changes so far, by kind.</summary>
    public ReadOnlySpan<long> Changes => _changes;

    /// <summary>Restores the numbers of changes of a name that had left and is used again.</summary>
    public void GoOnFrom(ReadOnlySpan<long> changes) => changes.CopyTo(_changes);

    public AttemptTicket Ticket => new(_epoch, 0, _ejected, _exclusions);

    /// <summary>Starts anew: for another provider object, about which the record of the one before says nothing, or by hand. What began
    /// before changes nothing any more. A provider that was switched off stays so.</summary>
    public void Reset()
    {
        _window.Clear();
        _streak = _failedTrials = 0;
        _ejected = _onTrial = false;
        _silence = default;
        ClearExclusions();
        _recoveredIn = ++_epoch;
        _resetIn = _epoch;
    }

    /// <summary>Whether the provider may serve now. Applies the changes that are due by now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="jitter">0.8 to 1.2, for the cool-down of an ejection.</param>
    public ProviderAvailability At(long now, double jitter = 1)
    {
        EndPause(now);
        // When successes leave the window, the errors that remain can be 60 % of it or more.
        if (!_ejected && StatusOf(_window.At(now / _bucket)) == ProviderHealth.Unhealthy)
            Eject(null, now, jitter);
        return AvailabilityAt(now);
    }

    /// <summary>Makes the attempt that begins now the trial, if one is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="anyway">Whether it begins though the provider is ejected: then only an exclusion can ask for a trial.</param>
    /// <param name="ticket">Its ticket, also when it is no trial.</param>
    public bool TryStartTrial(long now, bool anyway, out AttemptTicket ticket)
    {
        ticket = Ticket;
        var availability = At(now);
        if (availability != ProviderAvailability.Trial
            && !(anyway && _account.IsActive && availability == ProviderAvailability.Ejected))
            return false;
        _onTrial = true;
        _trial = Countdown.Of(clock, now, LongestTrial);
        _account.NoteTrial(now);
        ticket = new AttemptTicket(_epoch, ++_trials, WasEjected: false, _exclusions);
        Note(ProviderAvailability.Trial, length: LongestTrial);
        return true;
    }

    public void Succeeded(AttemptTicket ticket, long now)
    {
        EndTrial(ticket);
        _silence.Break(now);
        _pause.EndGrowth();
        var isBack = _account.IsActive && _account.Lift();
        if (ticket.Epoch >= _recoveredIn)
        {
            // An attempt that began before the ejection does not show that the provider is back.
            if (_ejected && ticket.Epoch == _epoch)
            {
                _window.Clear();
                _ejected = false;
                _failedTrials = 0;
                _recoveredIn = ++_epoch;
                isBack = true;
            }

            _streak = 0;
            _window.Add(good: true, now / _bucket);
        }

        if (isBack && AvailabilityAt(now) == ProviderAvailability.Available)
            Note(ProviderAvailability.Available);
    }

    /// <summary>An attempt has ended without success.</summary>
    /// <returns>Whether it ejected the provider, or kept it ejected as a trial.</returns>
    public bool Ended(AttemptTicket ticket, in HealthVerdict verdict, long now)
    {
        if (ticket.Epoch >= _resetIn)
            Exclude(ticket, verdict, now);
        if (verdict.HadEvent)
            _silence.Break(now);
        if (verdict.IsFailure)
        {
            if (verdict.ErrorKind == LlmErrorKind.Timeout)
                _silence.Break(now);
            return Failed(ticket, verdict.ErrorKind, now, verdict.Jitter);
        }

        if (verdict.Silence > 0 && ticket.Epoch >= _resetIn
            && _silence.Add(verdict.Silence, verdict.SilenceLimit, now, clock.Stamps(Countdown.OutOfOrder)))
            return Failed(ticket, LlmErrorKind.Timeout, now, verdict.Jitter);
        EndTrial(ticket);
        return false;
    }

    /// <summary>Counts a failure the provider is to blame for.</summary>
    /// <returns>Whether it ejected the provider, or kept it ejected as a trial.</returns>
    public bool Failed(AttemptTicket ticket, LlmErrorKind kind, long now, double jitter)
    {
        EndTrial(ticket);
        if (ticket.Epoch < _recoveredIn)
            return false;
        _window.Add(good: false, now / _bucket);
        if (_ejected)
        {
            if (!ticket.IsTrial || ticket.Epoch != _epoch)
                return false;
            _failedTrials++;
            StartCoolDown(kind, now, jitter);
            return true;
        }

        if (++_streak < options.ConsecutiveFailures && StatusOf(_window.At(now / _bucket)) != ProviderHealth.Unhealthy)
            return false;
        Eject(kind, now, jitter);
        return true;
    }

    /// <summary>An end that says nothing about the provider: cancelled, abandoned, or an error of the request.</summary>
    public void EndTrial(AttemptTicket ticket)
    {
        if (ticket.IsTrial && ticket.Trial == _trials)
            _onTrial = false;
    }

    /// <summary>The status and availability to show. An ejection whose cool-down is over and whose errors have left the window is shown as
    /// healthy, though no call has been its trial yet.</summary>
    public (ProviderHealth Health, ProviderAvailability Availability, int Good, int Bad) Show(long now)
    {
        var (good, bad) = _window.At(now / _bucket);
        var availability = AvailabilityAt(now);
        if (_ejected && !_account.IsActive && bad == 0 && availability == ProviderAvailability.Trial)
            return (ProviderHealth.Healthy, ProviderAvailability.Available, good, bad);
        var health = _ejected ? ProviderHealth.Unhealthy : StatusOf((good, bad));
        // The next call will eject it.
        if (availability == ProviderAvailability.Available && health == ProviderHealth.Unhealthy)
            availability = ProviderAvailability.Ejected;
        return (health, availability, good, bad);
    }

    public double ErrorRate(long now)
    {
        var (good, bad) = _window.At(now / _bucket);
        return bad == 0 ? 0 : (double)bad / (good + bad);
    }

    /// <summary>The changes since the last call, each once.</summary>
    public List<HealthChange>? TakeChanges()
    {
        var changes = _unreported;
        _unreported = null;
        return changes;
    }

    private ProviderAvailability AvailabilityAt(long now)
    {
        var isOnTrial = IsOnTrial(now);
        return IsDisabled || _pause.IsRunning(now) || _account.IsRunning(now) || (isOnTrial && _account.IsActive)
                ? ProviderAvailability.Excluded
            : _ejected && (isOnTrial || _coolDown.IsRunning(now)) ? ProviderAvailability.Ejected
            : _ejected || _account.IsActive ? ProviderAvailability.Trial
            : ProviderAvailability.Available;
    }

    private void Eject(LlmErrorKind? kind, long now, double jitter)
    {
        _ejected = true;
        _ejectedAt = now;
        _failedTrials = 0;
        _streak = 0;
        _epoch++;
        StartCoolDown(kind, now, jitter);
    }

    private void StartCoolDown(LlmErrorKind? kind, long now, double jitter)
    {
        var length = now - _ejectedAt >= clock.Stamps(LongDown)
            ? options.LongOutageCoolDown
            : Waits.Product(
                options.CoolDown, Math.Min(options.LongestCoolDown / options.CoolDown, Math.Pow(Growth, _failedTrials) * jitter));
        _coolDown = Countdown.Of(clock, now, length);
        Note(ProviderAvailability.Ejected, errorKind: kind, length: length);
    }

    private void Note(
        ProviderAvailability to, ExclusionReason reason = ExclusionReason.None, LlmErrorKind? errorKind = null, TimeSpan length = default)
    {
        _changes[(int)to]++;
        (_unreported ??= []).Add(new HealthChange(to, reason, errorKind, length));
    }

    private ProviderHealth StatusOf((int Good, int Bad) ends)
    {
        var (good, bad) = ends;
        if (bad == 0 || good + bad < options.MinimumRequests)
            return ProviderHealth.Healthy;
        // The quotient is rounded to the same double as the option's literal: three of ten equals 0.3.
        var rate = (double)bad / (good + bad);
        return rate >= options.UnhealthyErrorRate ? ProviderHealth.Unhealthy
            : rate >= options.DegradedErrorRate ? ProviderHealth.Degraded
            : ProviderHealth.Healthy;
    }
}
