namespace Orchestrator;

/// <summary>
/// All that changes about one provider name: in-flight, window, average, totals. One lock; written when an attempt begins and ends,
/// read through two immutable views. No user code runs under the lock.
/// </summary>
/// <remarks>
/// <code>
///              fewer than 30 % errors, or fewer than 5 ends, in the last 60 s
///          ┌──────────────────────────────────────────────────────────────────┐
///          ▼                                                                  │
///      Healthy ──── 30 % or more ────► Degraded ──── 60 % or more ────► Unhealthy (avoided: tried last)
///          ▲                              │
///          └────── errors age out ────────┘
/// </code>
/// Every arrow is computed from the window for "now": time alone heals.
/// </remarks>
internal sealed class ProviderState(string name, long clockFrequency)
{
    private const int FewestToJudge = 5;
    private readonly Lock _lock = new();
    private readonly RollingWindow _window = new();
    private readonly LatencyRing _latencies = new();
    private readonly List<ModelTotals> _totals = [];
    private PeakEwma _average = new(clockFrequency);
    private ProviderSlot? _current;
    private int _inFlight;

    // Odd while average and window are being changed.
    private int _changes;

    public string Name { get; } = name;

    /// <summary>Makes this slot the one whose attempts are judged. Another instance starts with a clean health record; totals go on.</summary>
    public void Attach(ProviderSlot slot, string currency, bool leaveOpen)
    {
        lock (_lock)
        {
            var same = _current is { IsRetired: false } current && ReferenceEquals(current.Provider, slot.Provider);
            slot.Lease = same ? _current!.Lease : new ProviderLease(slot.Provider);
            slot.Lease.LeaveOpen = leaveOpen;
            slot.Lease.AddSlot();
            var totals = _totals.Find(t => t.Model == slot.Info.Model && t.Currency == currency);
            if (totals is null)
                _totals.Add(totals = new ModelTotals(slot.Info, currency));
            slot.Totals = totals;
            if (!ReferenceEquals(_current?.Provider, slot.Provider))
            {
                BeginChangeUnderLock();
                _window.Clear();
                _average = new PeakEwma(clockFrequency);
                EndChangeUnderLock();
            }

            _current = slot;
        }
    }

    public Candidate Snapshot(ProviderSlot slot, long now, bool reachable)
    {
        // Every call looks at every provider, and nearly always there is nothing but good news: that is read without the lock, between two
        // looks at the number of changes.
        var changes = Volatile.Read(ref _changes);
        var (inFlight, average, bad) = (_inFlight, _average, _window.HasBad);
        Volatile.ReadBarrier();
        var health = ProviderHealth.Healthy;
        if (bad || (changes & 1) != 0 || changes != _changes)
        {
            lock (_lock)
                (inFlight, average, health) = (_inFlight, _average, HealthUnderLock(now));
        }

        return new Candidate(slot.Info)
        {
            Slot = slot,
            Options = slot.Options,
            Price = slot.Price,
            InFlight = inFlight,
            Health = health,
            TimeToFirstToken = average.HasValue ? TimeSpan.FromSeconds(average.ValueAt(now)) : null,
            IsReachable = reachable,
        };
    }

    /// <summary>Counts the attempt in, unless the provider was removed meanwhile.</summary>
    public bool TryBegin(ProviderSlot slot)
    {
        lock (_lock)
        {
            if (slot.IsRetired)
                return false;
            slot.Lease.AddAttempt();
            // A single value: whoever reads it meanwhile sees it before or after, either is true.
            _inFlight++;
            return true;
        }
    }

    /// <summary>Counts the attempt out, once. <paramref name="release"/> is false while a provider that ignores its token still runs.</summary>
    /// <returns>True when the provider is now unused: the caller closes it.</returns>
    public bool End(ProviderSlot slot, LlmAttempt attempt, bool blamed, long now, bool release)
    {
        lock (_lock)
        {
            slot.Totals!.Add(attempt);
            _latencies.Add(attempt.Duration.Ticks);
            BeginChangeUnderLock();
            _inFlight--;
            if (ReferenceEquals(slot.Provider, _current?.Provider))
            {
                var good = attempt.Outcome == AttemptOutcome.Succeeded;
                if (good)
                    _average.Observe((attempt.TimeToFirstToken ?? attempt.Duration).TotalSeconds, now);
                if (good || blamed)
                    _window.Add(good, now / clockFrequency);
            }

            EndChangeUnderLock();
            return release && slot.Lease.RemoveAttempt();
        }
    }

    /// <summary>Takes back a <see cref="TryBegin"/>: the provider was never asked.</summary>
    /// <returns>As <see cref="End"/>.</returns>
    public bool Withdraw(ProviderSlot slot)
    {
        lock (_lock)
        {
            _inFlight--;
            return slot.Lease.RemoveAttempt();
        }
    }

    /// <summary>Ends the lease of an attempt that was left behind.</summary>
    public bool Release(ProviderSlot slot)
    {
        lock (_lock)
            return slot.Lease.RemoveAttempt();
    }

    /// <summary>No attempt starts on this slot from now on.</summary>
    /// <returns>True when its provider is now unused: the caller closes it.</returns>
    public bool Retire(ProviderSlot slot)
    {
        lock (_lock)
        {
            slot.IsRetired = true;
            return slot.Lease.RemoveSlot();
        }
    }

    public ProviderMetrics Metrics(long now)
    {
        long[] sorted;
        long ticks = 0, firstTicks = 0, firsts = 0;
        var sums = new ProviderMetrics { Provider = Name };
        lock (_lock)
        {
            foreach (var t in _totals)
            {
                ticks += t.DurationTicks;
                firstTicks += t.FirstTokenTicks;
                firsts += t.FirstTokens;
                sums = sums with
                {
                    SuccessfulRequests = sums.SuccessfulRequests + t.Outcomes[(int)AttemptOutcome.Succeeded],
                    FailedRequests = sums.FailedRequests + t.Outcomes[(int)AttemptOutcome.Failed],
                    CancelledRequests = sums.CancelledRequests + t.Outcomes[(int)AttemptOutcome.Cancelled],
                    AbandonedRequests = sums.AbandonedRequests + t.Outcomes[(int)AttemptOutcome.Abandoned],
                    TotalPromptTokens = sums.TotalPromptTokens + t.PromptTokens,
                    TotalCompletionTokens = sums.TotalCompletionTokens + t.CompletionTokens,
                    TotalCost = sums.TotalCost + t.Cost,
                    UnpricedRequests = sums.UnpricedRequests + t.Unpriced,
                };
            }

            var (good, bad) = _window.At(now / clockFrequency);
            var health = HealthOf(good, bad);
            sums = sums with
            {
                Health = health,
                IsAvailable = health != ProviderHealth.Unhealthy,
                InFlight = _inFlight,
                RecentErrorRate = bad == 0 ? 0 : (double)bad / (good + bad),
                RollingAverageLatency = _latencies.RollingAverage(),
            };
            sorted = _latencies.Sorted();
        }

        return sums with
        {
            AverageLatency = sums.TotalRequests == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(ticks / sums.TotalRequests),
            TimeToFirstToken = firsts == 0 ? null : TimeSpan.FromTicks(firstTicks / firsts),
            LatencyP50 = LatencyRing.Percentile(sorted, 0.50),
            LatencyP95 = LatencyRing.Percentile(sorted, 0.95),
            LatencyP99 = LatencyRing.Percentile(sorted, 0.99),
        };
    }

    public double ErrorRate(long now)
    {
        lock (_lock)
        {
            var (good, bad) = _window.At(now / clockFrequency);
            return bad == 0 ? 0 : (double)bad / (good + bad);
        }
    }

    /// <summary>Hands the totals to the exporter while nothing changes them; <paramref name="visit"/> is the exporter's own code.</summary>
    public void Visit(long now, Action<ModelTotals> visit, out ProviderHealth health, out int inFlight)
    {
        lock (_lock)
        {
            foreach (var totals in _totals)
                visit(totals);
            health = HealthUnderLock(now);
            inFlight = _inFlight;
        }
    }

    private void BeginChangeUnderLock()
    {
        _changes++;
        Volatile.WriteBarrier();
    }

    private void EndChangeUnderLock() => Volatile.Write(ref _changes, _changes + 1);

    private ProviderHealth HealthUnderLock(long now)
    {
        var (good, bad) = _window.At(now / clockFrequency);
        return HealthOf(good, bad);
    }

    private static ProviderHealth HealthOf(int good, int bad)
    {
        if (bad == 0 || good + bad < FewestToJudge)
            return ProviderHealth.Healthy;
        // Compared as whole numbers: 30 % and 60 % belong to the worse status, exactly.
        return bad * 10L >= (good + bad) * 6L ? ProviderHealth.Unhealthy
            : bad * 10L >= (good + bad) * 3L ? ProviderHealth.Degraded
            : ProviderHealth.Healthy;
    }
}
