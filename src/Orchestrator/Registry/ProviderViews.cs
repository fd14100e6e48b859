namespace Orchestrator;

/// <summary>The state of a provider name as metrics, exporters, Explain and the log read it. Takes the state's lock.</summary>
internal sealed class ProviderViews(
    string name, Lock stateLock, HealthRecord health, ProviderPermits permits, NameTotals totals, LatencyRing latencies, RouterClock clock)
{
    /// <summary>How many attempts may run at the same time at the current provider of the name. Set under the lock.</summary>
    public int Limit { get; set; } = int.MaxValue;

    /// <summary>What <see cref="Router.GetMetrics"/> shows of the name.</summary>
    public ProviderMetrics Metrics(long now)
    {
        long[] sorted;
        ProviderMetrics metrics;
        TotalsSum sum;
        lock (stateLock)
        {
            sum = totals.Sum();
            var (status, availability, good, bad) = health.Show(now);
            var isAvailable = availability == ProviderAvailability.Available;
            metrics = new ProviderMetrics
            {
                Provider = name,
                Health = status,
                Availability = isAvailable && permits.InFlight >= Limit ? ProviderAvailability.AtCapacity : availability,
                Exclusion = health.ExclusionAt(now) is { } exclusion ? exclusion.Reason : ExclusionReason.None,
                AvailableIn = isAvailable || health.IsDisabled ? null : clock.Span(health.StampsLeft(now)),
                InFlight = permits.InFlight,
                Queued = permits.Queued,
                Ejections = health.Changes[(int)ProviderAvailability.Ejected],
                RecentErrorRate = bad == 0 ? 0 : (double)bad / (good + bad),
                RollingAverageLatency = latencies.RollingAverage(),
            };
            sorted = latencies.Sorted();
        }

        return sum.In(metrics) with
        {
            LatencyP50 = LatencyRing.Percentile(sorted, 0.50),
            LatencyP95 = LatencyRing.Percentile(sorted, 0.95),
            LatencyP99 = LatencyRing.Percentile(sorted, 0.99),
        };
    }

    /// <summary>The share of errors in the window.</summary>
    public double ErrorRate(long now)
    {
        lock (stateLock)
            return health.ErrorRate(now);
    }

    /// <summary>Why a provider that is not available is excluded, and the time until that ends (<see cref="TimeSpan.MaxValue"/> for never);
    /// <see cref="ExclusionReason.None"/> for one that is ejected but not excluded. When the exclusion of an ejected provider ends it is
    /// still ejected, but may be asked when no other provider is left.</summary>
    public (ExclusionReason Reason, TimeSpan Left) Obstacle(long now)
    {
        lock (stateLock)
        {
            return health.ExclusionAt(now) is { } exclusion
                ? exclusion
                : (ExclusionReason.None, clock.Span(health.StampsLeft(now)));
        }
    }

    /// <summary>Hands the totals to an exporter under the lock, so that they do not change meanwhile.</summary>
    /// <param name="now">The time.</param>
    /// <param name="since">The change of the list up to which the exporter has shown models that left.</param>
    /// <param name="visit">Called for each model.</param>
    /// <param name="visitState">Called once, for what is not counted by model.</param>
    public void Visit(long now, long since, Action<ModelTotals> visit, Action<StateTotals> visitState)
    {
        lock (stateLock)
        {
            totals.Visit(since, visit);
            visitState(new StateTotals(health.Show(now).Health, permits, health.Changes, totals.Sum().Errors));
        }
    }

    /// <summary>The changes of health since the last time, in order; each is returned once.</summary>
    public IReadOnlyList<HealthChange> TakeChanges()
    {
        lock (stateLock)
            return health.TakeChanges() ?? [];
    }
}
