namespace Orchestrator;

/// <summary>
/// All that changes about one provider name: in-flight, waiting calls, health, average, totals. One lock; written when an attempt begins and
/// ends, read through two immutable views. No user code runs under the lock.
/// </summary>
internal sealed partial class ProviderState(string name, HealthOptions health, long clockFrequency)
{
    private readonly Lock _lock = new();
    private readonly HealthRecord _health = new(health, clockFrequency);
    private readonly WaitQueue _queue = new();
    private readonly LatencyRing _latencies = new();
    private readonly List<ModelTotals> _totals = [];
    private PeakEwma _average = new(clockFrequency);
    private RegisteredProvider? _current;
    private int _inFlight;
    private bool _isPacked;

    // Odd while average and health are being changed.
    private int _changes;

    public string Name { get; } = name;

    /// <summary>Makes this slot the one whose attempts are judged. Another instance starts with a clean health record; totals go on.</summary>
    public void Attach(RegisteredProvider slot, string currency, bool leaveOpen)
    {
        lock (_lock)
        {
            var same = ReferenceEquals(_current?.Provider, slot.Provider);
            slot.Lease = same && !_current!.Lease.IsOver ? _current.Lease : new ProviderLifetime(slot.Provider);
            slot.Lease.LeaveOpen = leaveOpen;
            slot.Lease.AddSlot();
            // The currency is the router's: one for all of a state's slots.
            var totals = _totals.Find(t => t.Model == slot.Info.Model);
            if (totals is null)
                _totals.Add(totals = _left?.Take(slot.Info.Model) ?? new ModelTotals(Name, slot.Info.Model, currency));
            totals.Users++;
            slot.Totals = totals;
            if (!same)
            {
                ForgetLeftBehindUnderLock();
                BeginChangeUnderLock();
                _health.Reset();
                _average = new PeakEwma(clockFrequency);
                EndChangeUnderLock();
            }

            _current = slot;
        }
    }

    public ProviderSnapshot Snapshot(RegisteredProvider slot, long now)
    {
        // Every call looks at every provider, and nearly always there is nothing but good news: that is read without the lock, between two
        // looks at the number of changes.
        var changes = Volatile.Read(ref _changes);
        var (inFlight, average, clear) = (_inFlight, _average, _health.IsClear);
        Volatile.ReadBarrier();
        var (status, standing) = (ProviderHealth.Healthy, ProviderAvailability.Available);
        if (!clear || (changes & 1) != 0 || changes != _changes)
        {
            lock (_lock)
            {
                BeginChangeUnderLock();
                standing = _health.At(now);
                EndChangeUnderLock();
                (inFlight, average, status) = (_inFlight, _average, _health.Show(now).Health);
            }
        }

        if (standing == ProviderAvailability.Available && inFlight >= slot.MaxConcurrency)
            standing = ProviderAvailability.AtCapacity;
        return new ProviderSnapshot(standing, status, inFlight, average.HasValue ? average.ValueAt(now) : double.NaN);
    }

    /// <summary>Counts an attempt in, if the provider stands as the plan takes it to, and may have one more.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="now">The time.</param>
    /// <param name="anyway">Whether it may begin though the provider is avoided.</param>
    /// <param name="ticket">What the attempt takes along.</param>
    public ProviderAvailability TryBegin(RegisteredProvider slot, long now, bool anyway, out AttemptTicket ticket)
    {
        lock (_lock)
        {
            ticket = _health.Ticket;
            if (slot.IsRetired)
                return ProviderAvailability.Excluded;
            if (_inFlight >= slot.MaxConcurrency)
                return ProviderAvailability.AtCapacity;
            if (!_health.IsClear)
            {
                var admission = AdmitUnderLock(now, anyway, ref ticket);
                if (admission != ProviderAvailability.Available)
                    return admission;
            }

            slot.Lease.AddAttempt();
            slot.Totals!.Users++;
            // A single value: whoever reads it meanwhile sees it before or after, either is true.
            _inFlight++;
            return ProviderAvailability.Available;
        }
    }

    private ProviderAvailability AdmitUnderLock(long now, bool anyway, ref AttemptTicket ticket)
    {
        BeginChangeUnderLock();
        var standing = _health.At(now);
        ticket = _health.Ticket;
        if (standing == ProviderAvailability.Trial)
            _health.TryStartTrial(now, out ticket);
        EndChangeUnderLock();
        return standing == ProviderAvailability.Excluded ? ProviderAvailability.Excluded
            : standing == ProviderAvailability.Ejected && !anyway ? ProviderAvailability.Ejected
            : ProviderAvailability.Available;
    }

    /// <summary>Ends the attempt, once: gives its permit back and judges the provider. <see cref="Count"/> it afterwards.</summary>
    /// <param name="slot">The slot it ran on.</param>
    /// <param name="answeredIn">The time of its answer, or of its first token; null when it did not succeed.</param>
    /// <param name="ticket">What it was given when it began.</param>
    /// <param name="blame">What its end means for the provider.</param>
    /// <param name="now">The time.</param>
    /// <param name="release">Whether the provider's code has come back. If not, the attempt stays in flight until <see cref="Release"/>.</param>
    public AttemptEnd End(RegisteredProvider slot, TimeSpan? answeredIn, AttemptTicket ticket, in HealthVerdict blame, long now, bool release)
    {
        lock (_lock)
        {
            var aftermath = AttemptEnd.None;
            BeginChangeUnderLock();
            if (release)
                _inFlight--;
            else
                KeepUnderLock(slot.Lease);
            if (ReferenceEquals(slot.Provider, _current?.Provider))
            {
                if (answeredIn is { } time)
                {
                    _average.Observe(time.TotalSeconds, now);
                    _health.Succeeded(ticket, now);
                }
                else if (WorsenUnderLock(ticket, blame, now))
                {
                    aftermath = AttemptEnd.Ejected;
                }
            }

            EndChangeUnderLock();
            if (_queue.Count > 0)
                HandOnUnderLock();
            return release && slot.Lease.RemoveAttempt() ? aftermath | AttemptEnd.Unused : aftermath;
        }
    }

    /// <summary>Counts an attempt that has ended, once.</summary>
    public void Count(RegisteredProvider slot, LlmAttempt attempt)
    {
        lock (_lock)
        {
            _latencies.Add(attempt.Duration.Ticks);
            slot.Totals!.Add(attempt);
            slot.Totals.Users--;
        }
    }

    private bool WorsenUnderLock(AttemptTicket ticket, in HealthVerdict blame, long now)
    {
        if (blame.Exclusion is { } exclusion)
            _health.Exclude(blame.Reason, exclusion, now);
        if (blame.IsFailure)
            return _health.Failed(ticket, blame.Reason, now, blame.Jitter);
        _health.EndTrial(ticket);
        return false;
    }

    /// <summary>Takes back a <see cref="TryBegin"/>: the provider was never asked.</summary>
    /// <returns>True when the provider is now unused: the caller closes it.</returns>
    public bool Withdraw(RegisteredProvider slot, AttemptTicket ticket)
    {
        lock (_lock)
        {
            _inFlight--;
            slot.Totals!.Users--;
            _health.EndTrial(ticket);
            if (_queue.Count > 0)
                HandOnUnderLock();
            return slot.Lease.RemoveAttempt();
        }
    }

    /// <summary>Gives back what an attempt that was left behind has kept: the provider's code has ended. Health has been judged long ago.</summary>
    /// <returns>True when the provider is now unused: the caller closes it.</returns>
    public bool Release(RegisteredProvider slot)
    {
        lock (_lock)
        {
            if (!slot.Lease.IsReplaced)
            {
                slot.Lease.LeftBehind--;
                _inFlight--;
                if (_queue.Count > 0)
                    HandOnUnderLock();
            }

            return slot.Lease.RemoveAttempt();
        }
    }

    /// <summary>A provider that ignores its token runs on, and keeps its permit, unless another instance has taken its name.</summary>
    private void KeepUnderLock(ProviderLifetime lease)
    {
        if (lease.IsReplaced)
            _inFlight--;
        else
            lease.LeftBehind++;
    }

    /// <summary>An instance put in the place of one that does not return starts with all of its permits.</summary>
    private void ForgetLeftBehindUnderLock()
    {
        if (_current?.Lease is not { } lease)
            return;
        lease.IsReplaced = true;
        _inFlight -= lease.LeftBehind;
        lease.LeftBehind = 0;
    }

    /// <summary>No attempt starts on this slot from now on.</summary>
    /// <returns>True when its provider is now unused: the caller closes it.</returns>
    public bool Retire(RegisteredProvider slot)
    {
        lock (_lock)
        {
            if (!slot.IsRetired)
                slot.Totals!.Users--;
            slot.IsRetired = true;
            while (_queue.Count > 0 && _queue.TryNextOf(slot, out var waiter))
                waiter.Give(null);
            PackModelsUnderLock();
            return slot.Lease.RemoveSlot();
        }
    }

    private void BeginChangeUnderLock()
    {
        _changes++;
        Volatile.WriteBarrier();
    }

    private void EndChangeUnderLock() => Volatile.Write(ref _changes, _changes + 1);
}
