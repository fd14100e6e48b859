namespace Orchestrator;

/// <summary>
/// All that changes about one provider name: permits, waiting calls, health, average, totals. One lock for all of its parts; written when
/// an attempt begins and when it ends, read through two immutable views. No user code runs under the lock.
/// </summary>
internal sealed partial class ProviderState
{
    private readonly Lock _lock = new();
    private readonly RouterClock _clock;
    private readonly HealthRecord _health;
    private readonly ProviderPermits _permits = new();
    private readonly PermitGrants _grants;
    private readonly NameTotals _totals;
    private readonly LatencyRing _latencies = new();
    private readonly ProviderViews _views;
    private AnswerAverages _averages;
    private RegisteredProvider? _current;

    // Odd while average and health are being changed.
    private int _changes;

    public ProviderState(string name, HealthOptions health, RouterClock clock)
    {
        Name = name;
        _clock = clock;
        _health = new HealthRecord(health, clock);
        _totals = new NameTotals(name);
        _averages = new AnswerAverages(clock.Frequency);
        _grants = new PermitGrants(_permits, _health, AdmitUnderLock);
        _views = new ProviderViews(name, _lock, _health, _permits, _totals, _latencies, clock);
        Line = new ProviderLine(_lock, _permits, _grants);
        Trials = new AccountTrials(_lock, _health);
    }

    public string Name { get; }

    public ProviderLine Line { get; }

    public AccountTrials Trials { get; }

    /// <summary>Whether it is in the queue of states to be packed. Guarded by the lock of the list.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Whether the list has a provider of this name.</summary>
    public bool IsListed
    {
        get
        {
            lock (_lock)
                return _current is { IsRetired: false };
        }
    }

    /// <summary>Whether health has changed since <see cref="TakeChanges"/>. Read without the lock: a change made at the same moment is seen
    /// by the next reader.</summary>
    public bool HasChanges => _health.HasChanges;

    /// <summary>Makes this the current provider of the name: only its attempts count for health. A new provider object starts with a clean
    /// health record; the totals of the name continue.</summary>
    public void Attach(RegisteredProvider registered, string currency, bool leaveOpen)
    {
        lock (_lock)
        {
            var same = ReferenceEquals(_current?.Provider, registered.Provider);
            // That a hand has switched it off belongs to the name as long as the list has it.
            var isDisabled = _health.IsDisabled && _current is { IsRetired: false };
            registered.Lifetime = same && !_current!.Lifetime.IsOver ? _current.Lifetime : new ProviderLifetime(registered.Provider);
            registered.Lifetime.LeaveOpen = leaveOpen;
            registered.Lifetime.AddRegistration();
            registered.Totals = _totals.Use(registered.Info.Model, currency);
            BeginChangeUnderLock();
            _health.IsDisabled = isDisabled;
            if (!same)
            {
                if (_current is not null)
                    _permits.Replace(_current.Lifetime);
                _health.Reset();
                _averages = new AnswerAverages(_clock.Frequency);
            }

            EndChangeUnderLock();
            _current = registered;
            _views.Limit = registered.MaxConcurrency;
        }
    }

    /// <summary>How the provider is at a moment.</summary>
    /// <param name="registered">The provider.</param>
    /// <param name="now">The moment.</param>
    /// <param name="byFirstToken">Whether the time wanted is that to the first token, and not to the whole answer.</param>
    public ProviderSnapshot Snapshot(RegisteredProvider registered, long now, bool byFirstToken = true)
    {
        // Every call reads every provider, and nearly always the provider is healthy and available: that is read without the lock, between
        // two reads of the number of changes.
        var changes = Volatile.Read(ref _changes);
        var (inFlight, average, clear) = (_permits.InFlight, byFirstToken ? _averages.FirstToken : _averages.Whole, _health.IsClear);
        Volatile.ReadBarrier();
        var (status, availability) = (ProviderHealth.Healthy, ProviderAvailability.Available);
        if (!clear || (changes & 1) != 0 || changes != _changes)
        {
            lock (_lock)
            {
                BeginChangeUnderLock();
                availability = _health.At(now);
                EndChangeUnderLock();
                average = byFirstToken ? _averages.FirstToken : _averages.Whole;
                (inFlight, status) = (_permits.InFlight, _health.Show(now).Health);
            }
        }

        if (availability == ProviderAvailability.Available && inFlight >= registered.MaxConcurrency)
            availability = ProviderAvailability.AtCapacity;
        return new ProviderSnapshot(availability, status, inFlight, average.HasValue ? average.ValueAt(now) : double.NaN);
    }

    /// <summary>Gives an attempt its permit, if the provider may still serve it and has a permit left.</summary>
    /// <param name="registered">The provider.</param>
    /// <param name="now">The time.</param>
    /// <param name="anyway">Whether it may begin though the provider is ejected.</param>
    /// <param name="ticket">What the attempt hands to <see cref="End"/> or <see cref="Withdraw"/>.</param>
    /// <param name="arrival">The call's number where it has waited before; the greatest for a newcomer. Calls in line that came before
    /// are served first.</param>
    public ProviderAvailability TryBegin(
        RegisteredProvider registered, long now, bool anyway, out AttemptTicket ticket, long arrival = long.MaxValue)
    {
        lock (_lock)
        {
            ticket = _health.Ticket;
            if (registered.IsRetired)
                return ProviderAvailability.Excluded;
            _lastNow = now;
            _grants.HandOn(now, arrival);
            if (_permits.IsFull(registered))
                return ProviderAvailability.AtCapacity;
            if (!_health.IsClear)
            {
                var admission = AdmitUnderLock(now, anyway, out ticket);
                if (admission != ProviderAvailability.Available)
                    return admission;
            }

            _permits.Take(registered);
            return ProviderAvailability.Available;
        }
    }

    /// <summary>Ends the attempt, once: returns its permit and updates the provider's health.</summary>
    /// <param name="registered">The provider it ran at.</param>
    /// <param name="answeredIn">Its times; null when it did not succeed.</param>
    /// <param name="ticket">The ticket it was given when it began.</param>
    /// <param name="verdict">What its end means for the provider.</param>
    /// <param name="now">The time.</param>
    /// <param name="release">Whether the provider's code has returned. If not, the attempt stays in flight until
    /// <see cref="Release"/>.</param>
    /// <param name="record">Its record, which is counted; null where it has yet to be made: <see cref="Count"/> follows.</param>
    public AttemptEnd End(
        RegisteredProvider registered,
        in AnswerTimes? answeredIn,
        AttemptTicket ticket,
        in HealthVerdict verdict,
        long now,
        bool release,
        LlmAttempt? record = null)
    {
        lock (_lock)
        {
            var end = AttemptEnd.None;
            BeginChangeUnderLock();
            if (release)
                _permits.Return();
            else
                _permits.Orphan(registered.Lifetime);
            if (ReferenceEquals(registered.Provider, _current?.Provider))
            {
                if (answeredIn is { } times)
                {
                    _averages.Observe(times, now);
                    _health.Succeeded(ticket, now);
                }
                else if (_health.Ended(ticket, verdict, now))
                {
                    end = AttemptEnd.Ejected;
                }
            }

            EndChangeUnderLock();
            if (record is not null)
                CountUnderLock(registered, record);
            _grants.HandOn(now, isWorse: answeredIn is null);
            return release && registered.Lifetime.RemoveAttempt() ? end | AttemptEnd.Unused : end;
        }
    }

    /// <summary>Undoes a <see cref="TryBegin"/>: the provider was never asked.</summary>
    /// <returns>True when the provider is now unused: the caller closes it.</returns>
    public bool Withdraw(RegisteredProvider registered, AttemptTicket ticket)
    {
        var now = NowOrBefore();
        lock (_lock)
        {
            _permits.Return();
            registered.Totals!.Users--;
            _health.EndTrial(ticket);
            _grants.HandOn(now);
            return registered.Lifetime.RemoveAttempt();
        }
    }

    /// <summary>Returns the permit of an orphaned attempt whose code has returned at last. Health was updated when the attempt
    /// ended.</summary>
    /// <returns>True when the provider is now unused: the caller closes it.</returns>
    public bool Release(RegisteredProvider registered)
    {
        var now = NowOrBefore();
        lock (_lock)
        {
            _permits.ReturnOrphaned(registered.Lifetime);
            _grants.HandOn(now);
            return registered.Lifetime.RemoveAttempt();
        }
    }

    /// <summary>Ends a registration: no attempt starts at this provider from now on.</summary>
    /// <param name="registered">The provider.</param>
    /// <param name="stamp">The number of this change of the list.</param>
    /// <returns>True when its provider is now unused: the caller closes it.</returns>
    public bool Retire(RegisteredProvider registered, long stamp)
    {
        lock (_lock)
        {
            if (!registered.IsRetired)
                registered.Totals!.Users--;
            registered.IsRetired = true;
            _permits.Line.SendAway(registered);
            _totals.PackUnused(_current?.Totals, stamp);
            return registered.Lifetime.RemoveRegistration();
        }
    }

    /// <inheritdoc cref="ProviderViews.Metrics"/>
    public ProviderMetrics Metrics(long now) => _views.Metrics(now);

    /// <inheritdoc cref="ProviderViews.ErrorRate"/>
    public double ErrorRate(long now) => _views.ErrorRate(now);

    /// <inheritdoc cref="ProviderViews.Obstacle"/>
    public (ExclusionReason Reason, TimeSpan Left) Obstacle(long now) => _views.Obstacle(now);

    /// <inheritdoc cref="ProviderViews.Visit"/>
    public void Visit(long now, long since, Action<ModelTotals> visit, Action<StateTotals> visitState) =>
        _views.Visit(now, since, visit, visitState);

    /// <inheritdoc cref="ProviderViews.TakeChanges"/>
    public IReadOnlyList<HealthChange> TakeChanges() => _views.TakeChanges();

    private ProviderAvailability AdmitUnderLock(long now, bool anyway, out AttemptTicket ticket)
    {
        BeginChangeUnderLock();
        var availability = _health.At(now);
        _health.TryStartTrial(now, anyway, out ticket);
        EndChangeUnderLock();
        return availability == ProviderAvailability.Excluded ? ProviderAvailability.Excluded
            : availability == ProviderAvailability.Ejected && !anyway ? ProviderAvailability.Ejected
            : ProviderAvailability.Available;
    }

    private void BeginChangeUnderLock()
    {
        _changes++;
        Volatile.WriteBarrier();
    }

    private void EndChangeUnderLock() => Volatile.Write(ref _changes, _changes + 1);
}
