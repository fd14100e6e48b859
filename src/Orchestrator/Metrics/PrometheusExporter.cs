using Prometheus;

namespace Orchestrator;

/// <summary>
/// Exports the router's totals to one registry. It counts nothing and changes no totals: each scrape copies them. So all registries and
/// <see cref="Router.GetMetrics"/> show the same numbers, and an export costs a call nothing.
/// </summary>
internal sealed class PrometheusExporter
{
    private readonly Lock _lock = new();
    private readonly ExportedTotals _totals;
    private readonly bool _shared;
    private readonly MetricFamilies _families;
    private readonly SharedGauges _gauges;
    private readonly SeriesOwners _owners;
    // The registry's reference to this exporter: a registry may outlive the router and must not keep it alive.
    private readonly WeakReference<PrometheusExporter> _owner;
    // By name: a provider that returns has other objects for its totals, but the same series.
    private readonly Dictionary<(string Provider, string Model), ModelSeries> _models = [];
    private readonly Dictionary<string, NameSeries> _names = new(StringComparer.Ordinal);
    private readonly CallSeries _calls;
    private HashSet<string> _shown = new(StringComparer.Ordinal);
    private HashSet<string> _shownBefore = new(StringComparer.Ordinal);
    private long _scrape;
    private long _shownUpTo;
    private bool _isRunning;

    /// <param name="registry">The registry.</param>
    /// <param name="totals">The totals.</param>
    /// <param name="shared">Whether other routers may write to the registry.</param>
    public PrometheusExporter(CollectorRegistry registry, ExportedTotals totals, bool shared)
    {
        _totals = totals;
        _shared = shared;
        Registry = registry;
        _families = new MetricFamilies(registry);
        _calls = new CallSeries(_families, shared);
        _gauges = SharedGauges.Of(registry, () => new SharedGauges(_families.Show));
        _owners = SeriesOwners.Of(registry);
        _owner = new WeakReference<PrometheusExporter>(this);
    }

    public CollectorRegistry Registry { get; }

    /// <summary>Exports the totals at every scrape from now on. After a <see cref="Stop"/> the counters continue from their last
    /// values.</summary>
    public void Start()
    {
        lock (_lock)
            _isRunning = true;
        _gauges.Join(_owner, Registry.AddBeforeCollectCallback);
    }

    /// <summary>Exports the last totals and removes the gauges; the series of counters stay.</summary>
    public void Stop()
    {
        Collect();
        lock (_lock)
            _isRunning = false;
        _gauges.Leave(_owner);
    }

    /// <summary>Copies the current totals to the registry. May be called at any time, from any thread.</summary>
    public void Collect()
    {
        var now = _totals.Clock.Now();
        lock (_lock)
        {
            if (!_isRunning)
                return;
            _scrape++;
            _calls.Set(_totals.Calls);
            (_shown, _shownBefore) = (_shownBefore, _shown);
            _shown.Clear();
            var registered = new HashSet<string>(Array.ConvertAll(_totals.Providers.All, s => s.Info.Name), StringComparer.Ordinal);
            var since = _shownUpTo;
            _shownUpTo = _totals.Providers.Visit(since, state =>
            {
                var name = state.Name;
                state.Visit(now, since, CollectModelUnderLock, totals => CollectStateUnderLock(name, registered.Contains(name), totals));
            });
            foreach (var name in _shownBefore)
            {
                if (!_shown.Contains(name))
                    _gauges.Remove(_owner, name);
            }

            ShownSeries.GiveWay(
                _models, _scrape, (key, series) => _owners.TryRemove(_owner, key, () => series.RemoveFrom(_families)));
            ShownSeries.GiveWay(
                _names, _scrape, (name, series) => _owners.TryRemove(_owner, (name, null), () => series.RemoveFrom(_families)));
        }
    }

    private void CollectModelUnderLock(ModelTotals totals)
    {
        var key = (totals.Provider, totals.Model);
        if (!_models.TryGetValue(key, out var series))
            _models.Add(key, series = _owners.Show(_owner, key, () => new ModelSeries(_families, totals, _shared)));
        series.LastScrape = _scrape;
        series.Set(totals);
    }

    private void CollectStateUnderLock(string name, bool registered, StateTotals totals)
    {
        if (!_names.TryGetValue(name, out var series))
            _names.Add(name, series = _owners.Show(_owner, (name, null), () => new NameSeries(_families, name, _shared)));
        series.LastScrape = _scrape;
        series.Set(totals);
        if (!registered && totals.InFlight == 0)
            return;
        _shown.Add(name);
        var health = totals.Health switch { ProviderHealth.Healthy => 1, ProviderHealth.Degraded => 0.5, _ => 0 };
        _gauges.Set(_owner, name, new ProviderGauges(health, totals.InFlight, totals.Queued));
    }
}
