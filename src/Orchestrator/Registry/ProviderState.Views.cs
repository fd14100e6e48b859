namespace Orchestrator;

/// <summary>What others see of the state: users, gauges, the exporter, the log.</summary>
internal sealed partial class ProviderState
{
    public ProviderMetrics Metrics(long now)
    {
        long[] sorted;
        ProviderMetrics metrics;
        LeftModels.Sums sums;
        lock (_lock)
        {
            sums = SumsUnderLock();
            var (status, standing, good, bad) = _health.Show(now);
            var exclusion = _health.ExclusionAt(now);
            metrics = new ProviderMetrics
            {
                Provider = Name,
                Health = status,
                Availability = standing == ProviderAvailability.Available && _inFlight >= _current?.MaxConcurrency ? ProviderAvailability.AtCapacity : standing,
                Exclusion = exclusion is { } left ? ReasonOf(left.Reason) : ExclusionReason.None,
                AvailableIn = standing == ProviderAvailability.Available ? null : Span(_health.StampsLeft(now)),
                InFlight = _inFlight,
                Queued = _queue.Count,
                Ejections = _health.Changes[(int)ProviderAvailability.Ejected],
                RecentErrorRate = bad == 0 ? 0 : (double)bad / (good + bad),
                RollingAverageLatency = _latencies.RollingAverage(),
            };
            sorted = _latencies.Sorted();
        }

        return sums.In(metrics) with
        {
            LatencyP50 = LatencyRing.Percentile(sorted, 0.50),
            LatencyP95 = LatencyRing.Percentile(sorted, 0.95),
            LatencyP99 = LatencyRing.Percentile(sorted, 0.99),
        };
    }

    public double ErrorRate(long now)
    {
        lock (_lock)
            return _health.ErrorRate(now);
    }

    /// <summary>How a provider that is not simply available stands: why it is excluded, if it is, and the time until that changes. An exclusion
    /// that is over leaves an ejected provider avoided, which is better: it may be asked when nobody else is left.</summary>
    public (ExclusionReason Reason, TimeSpan Left) Obstacle(long now)
    {
        lock (_lock)
        {
            return _health.ExclusionAt(now) is { } exclusion
                ? (ReasonOf(exclusion.Reason), exclusion.Left)
                : (ExclusionReason.None, Span(_health.StampsLeft(now)));
        }
    }

    /// <summary>Hands the totals to the exporter while nothing changes them; <paramref name="visit"/> is the exporter's own code.</summary>
    public void Visit(long now, Action<ModelTotals> visit, Action<StateTotals> visitState)
    {
        lock (_lock)
        {
            // Its totals are elsewhere by now, and are shown from there.
            if (_isPacked)
                return;
            foreach (var totals in _totals)
                visit(totals);
            _left?.Visit(visit);
            visitState(new StateTotals(_health.Show(now).Health, _inFlight, _queue, _health.Changes, SumsUnderLock().Errors));
        }
    }

    /// <summary>Whether health has changed since <see cref="TakeChanges"/>. Without the lock: a change made meanwhile is taken the next time.</summary>
    public bool HasChanges => _health.HasChanges;

    /// <summary>The changes of health since the last time, in order; each is returned once.</summary>
    public IReadOnlyList<HealthChange> TakeChanges()
    {
        lock (_lock)
            return _health.TakeChanges() ?? [];
    }

    private LeftModels.Sums SumsUnderLock()
    {
        var sums = new LeftModels.Sums();
        if (_left is not null)
            sums.Add(_left.Total);
        foreach (var totals in _totals)
            sums.Add(totals, 1);
        return sums;
    }

    private TimeSpan Span(long stamps) => Waits.Seconds((double)stamps / clockFrequency);

    private static ExclusionReason ReasonOf(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.RateLimited => ExclusionReason.RetryAfter,
        LlmErrorKind.Authentication => ExclusionReason.Authentication,
        LlmErrorKind.Permission => ExclusionReason.Permission,
        LlmErrorKind.QuotaExceeded => ExclusionReason.QuotaExceeded,
        LlmErrorKind.ModelNotFound => ExclusionReason.ModelNotFound,
        _ => ExclusionReason.Error,
    };
}
