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
///    │  │  └──── Retry-After, credentials: Excluded ◄─┐       ▼                    │ half as long again
///    │  └───────────── time is over ──────────────────┘     Trial (one at a time) ─┘
///    └──────────────── a success begun after the ejection ────┘  (half-open)
/// </code>
/// Times are compared with "now" when the record is read: no timer brings a provider back.
/// </remarks>
internal sealed class HealthRecord(HealthOptions options, RouterClock clock)
{
    private const double Growth = 1.5;

    /// <summary>A trial that runs longer no longer blocks the next one: the consumer of its stream may have stopped reading.</summary>
    private static readonly TimeSpan LongestTrial = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongDown = TimeSpan.FromMinutes(10);

    /// <summary>How old a call's reading of the clock may be: the call may have waited for a probe or for a processor since.</summary>
    private static readonly TimeSpan OutOfOrder = TimeSpan.FromSeconds(5);

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
    private bool _excluded;
    private (ExclusionReason Reason, LlmErrorKind? ErrorKind) _excludedFor;
    private Countdown _exclusion;

    /// <summary>Whether the provider is available and has no failures in the window. Safe to read without the lock, between two reads of
    /// the number of changes.</summary>
    public bool IsClear => !_window.HasBad && !_ejected && !_excluded;

    /// <summary>Whether there are changes that <see cref="TakeChanges"/> has not returned. Safe to read without the lock.</summary>
    public bool HasChanges => Volatile.Read(ref _unreported) is not null;

    /// <summary>The number of changes so far, by kind.</summary>
    public ReadOnlySpan<long> Changes => _changes;

    /// <summary>Restores the numbers of changes of a name that had left and is used again.</summary>
    public void GoOnFrom(ReadOnlySpan<long> changes) => changes.CopyTo(_changes);

    public AttemptTicket Ticket => new(_epoch, 0, _ejected);

    /// <summary>Starts anew for another provider object: the record of the one before says nothing about it.</summary>
    public void Reset()
    {
        _window.Clear();
        _streak = _failedTrials = 0;
        _ejected = _onTrial = _excluded = false;
        _recoveredIn = ++_epoch;
    }

    /// <summary>Whether the provider may serve now. Applies the changes that are due by now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="jitter">0.8 to 1.2, for the cool-down of an ejection.</param>
    public ProviderAvailability At(long now, double jitter = 1)
    {
        if (_excluded && !_exclusion.IsRunning(now))
        {
            _excluded = false;
            Note(ProviderAvailability.Available);
        }

        // When successes leave the window, the errors that remain can be 60 % of it or more.
        if (!_ejected && StatusOf(_window.At(now / _bucket)) == ProviderHealth.Unhealthy)
            Eject(null, now, jitter);
        return AvailabilityAt(now);
    }

    /// <summary>Makes the attempt that begins now the trial, if one is due.</summary>
    public bool TryStartTrial(long now, out AttemptTicket ticket)
    {
        ticket = Ticket;
        if (At(now) != ProviderAvailability.Trial)
            return false;
        _onTrial = true;
        _trial = CountdownOf(now, clock.Stamps(LongestTrial));
        ticket = new AttemptTicket(_epoch, ++_trials, WasEjected: false);
        Note(ProviderAvailability.Trial, length: LongestTrial);
        return true;
    }

    public void Succeeded(AttemptTicket ticket, long now)
    {
        EndTrial(ticket);
        if (ticket.Epoch < _recoveredIn)
            return;
        // An attempt that began before the ejection does not show that the provider is back.
        if (_ejected && ticket.Epoch == _epoch)
        {
            _window.Clear();
            _ejected = false;
            _failedTrials = 0;
            _recoveredIn = ++_epoch;
            Note(ProviderAvailability.Available);
        }

        _streak = 0;
        _window.Add(good: true, now / _bucket);
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

    /// <summary>Excludes the provider for a time. An exclusion that ends later stays as it is.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="errorKind">The kind of the error that caused it; null when no error did.</param>
    /// <param name="length">For how long.</param>
    /// <param name="now">The time.</param>
    public void Exclude(ExclusionReason reason, LlmErrorKind? errorKind, TimeSpan length, long now)
    {
        var stamps = clock.Stamps(length);
        if (stamps <= 0 || (_excluded && _exclusion.IsRunning(now) && _exclusion.End >= Waits.Later(now, stamps)))
            return;
        var isNew = !_excluded || !_exclusion.IsRunning(now) || _excludedFor != (reason, errorKind);
        _exclusion = CountdownOf(now, stamps);
        _excluded = true;
        _excludedFor = (reason, errorKind);
        if (isNew)
            Note(ProviderAvailability.Excluded, reason, errorKind, length);
    }

    /// <summary>The exclusion that runs, if one does, and the time left of it.</summary>
    public (ExclusionReason Reason, TimeSpan Left)? ExclusionAt(long now) =>
        _excluded && _exclusion.IsRunning(now) ? (_excludedFor.Reason, clock.Span(_exclusion.Left(now))) : null;

    /// <summary>The stamps until an ejected or excluded provider may be asked again; zero for one that may be asked now.</summary>
    public long StampsLeft(long now) => Math.Max(
        _excluded ? _exclusion.Left(now) : 0,
        !_ejected ? 0 : _onTrial && _trial.IsRunning(now) ? _trial.Left(now) : _coolDown.Left(now));

    /// <summary>The status and availability to show. An ejection whose cool-down is over and whose errors have left the window is shown as
    /// healthy, though no call has been its trial yet.</summary>
    public (ProviderHealth Health, ProviderAvailability Availability, int Good, int Bad) Show(long now)
    {
        var (good, bad) = _window.At(now / _bucket);
        var availability = AvailabilityAt(now);
        if (_ejected && bad == 0 && availability == ProviderAvailability.Trial)
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

    private ProviderAvailability AvailabilityAt(long now) =>
        _excluded && _exclusion.IsRunning(now) ? ProviderAvailability.Excluded
        : !_ejected ? ProviderAvailability.Available
        : _coolDown.IsRunning(now) || (_onTrial && _trial.IsRunning(now)) ? ProviderAvailability.Ejected
        : ProviderAvailability.Trial;

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
        _coolDown = CountdownOf(now, clock.Stamps(length));
        Note(ProviderAvailability.Ejected, errorKind: kind, length: length);
    }

    private void Note(
        ProviderAvailability to, ExclusionReason reason = ExclusionReason.None, LlmErrorKind? errorKind = null, TimeSpan length = default)
    {
        _changes[(int)to]++;
        (_unreported ??= []).Add(new HealthChange(to, reason, errorKind, length));
    }

    private Countdown CountdownOf(long from, long stamps) => new(from, stamps, clock.Stamps(OutOfOrder));

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
