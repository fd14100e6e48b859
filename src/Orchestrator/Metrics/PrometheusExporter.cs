using Prometheus;

namespace Orchestrator;

/// <summary>
/// Shows the router's totals as Prometheus metrics. Nothing is counted here: at each scrape the totals are copied out, so that the page,
/// <see cref="Router.GetMetrics"/> and the attempts cannot disagree, and a call pays nothing for being watched.
/// </summary>
internal sealed partial class PrometheusExporter : IDisposable
{
    private static readonly string[] OutcomeLabels = ["success", "failure", "cancelled", "abandoned"];
    private static readonly string[] ChangeLabels = ["available", "at_capacity", "ejected", "trial", "excluded"];
    private static readonly string[] KindLabels = Enum.GetNames<LlmErrorKind>();

    private readonly Lock _lock = new();
    private readonly RouterClock _clock;
    private readonly CallTotals _callTotals;
    private readonly ProviderList _providers;
    private readonly bool _shared;
    private readonly SharedGauges _gauges;
    private readonly SeriesOwners _owners;
    private readonly object _owner;
    // By name: totals of a provider that comes back are other objects, and go on in the same series.
    private readonly Dictionary<(string Provider, string Model), ModelSeries> _models = [];
    private readonly Dictionary<string, NameSeries> _names = new(StringComparer.Ordinal);
    private HashSet<string> _shown = new(StringComparer.Ordinal);
    private HashSet<string> _shownBefore = new(StringComparer.Ordinal);
    private readonly List<(double Mean, long Count)> _first = [];
    private readonly List<(double Mean, long Count)> _second = [];
    private readonly Counter _requests, _tokens, _cost, _errors, _unpriced;
    private readonly Histogram _latency, _firstToken;
    private readonly Counter _changes;
    private readonly Histogram _queueWait;
    private readonly Cell[] _calls;
    private readonly Cell _failovers, _retries;
    private readonly Histogram.Child _duration, _overhead;
    private long _scrape;
    private bool _closed;

    public PrometheusExporter(CollectorRegistry? registry, RouterClock clock, CallTotals calls, ProviderList providers)
    {
        _clock = clock;
        _callTotals = calls;
        _providers = providers;
        _shared = registry is not null;
        Registry = registry ?? Metrics.NewCustomRegistry();
        var metrics = new Definitions(Registry);
        _requests = metrics.Counter("llm_requests_total", "Attempts at providers, by outcome.", "provider", "model", "status");
        _latency = metrics.Histogram("llm_request_latency_seconds", "Duration of attempts.", Buckets.Latency, "provider", "model");
        _firstToken = metrics.Histogram("llm_time_to_first_token_seconds", "Time to the first content of streamed attempts.", Buckets.Latency, "provider", "model");
        _tokens = metrics.Counter("llm_tokens_total", "Tokens of all attempts.", "provider", "model", "type");
        _cost = metrics.Counter("llm_cost_total", "Cost of all attempts with a known price.", "provider", "model", "currency");
        _unpriced = metrics.Counter("llm_unpriced_requests_total", "Attempts that used tokens without a known price.", "provider", "model");
        _errors = metrics.Counter("llm_errors_total", "Failed attempts, by kind of error.", "provider", "kind");
        var health = metrics.Gauge("llm_provider_health", "Status of the provider: 1 healthy, 0.5 degraded, 0 unhealthy.", "provider");
        var inFlight = metrics.Gauge("llm_in_flight_requests", "Attempts running now.", "provider");
        var queued = metrics.Gauge("llm_queued_requests", "Calls waiting now for a place at the provider.", "provider");
        _queueWait = metrics.Histogram("llm_queue_wait_seconds", "Time that calls waited for a place at the provider they were given one at.", Buckets.Latency, "provider");
        _changes = metrics.Counter("llm_provider_state_changes_total", "Changes of the provider's standing, by what it changed to.", "provider", "state");
        var outcomes = metrics.Counter("llm_calls_total", "Calls as their callers saw them, by outcome.", "outcome");
        _calls = Array.ConvertAll(OutcomeLabels, label => new Cell(outcomes.WithLabels(label)));
        _failovers = new Cell(metrics.Counter("llm_failovers_total", "Attempts made because an earlier one of the same call failed.").WithLabels());
        _retries = new Cell(metrics.Counter("llm_retries_total", "Attempts at the provider that had just failed in the same call.").WithLabels());
        _duration = metrics.Histogram("llm_call_duration_seconds", "Duration of calls as their callers saw them.", Buckets.Latency).WithLabels();
        _overhead = metrics.Histogram("llm_router_overhead_seconds", "The router's own share of a call's duration.", Buckets.Overhead).WithLabels();
        // The registry may outlive the router: what it keeps must not keep the router alive.
        _gauges = SharedGauges.Of(Registry, () => new SharedGauges((name, values) => Show(health, inFlight, queued, name, values)));
        _owners = SeriesOwners.Of(Registry);
        _owner = _gauges.Join(this, Registry.AddBeforeCollectCallback);
    }

    public CollectorRegistry Registry { get; }

    /// <summary>Copies the last totals out; the series of counters stay where they are.</summary>
    public void Dispose()
    {
        Collect();
        lock (_lock)
            _closed = true;
        _gauges.Leave(_owner);
    }

    /// <summary>Copies the totals of now out. Safe to call at any time, from any thread.</summary>
    public void Collect()
    {
        var now = _clock.Now();
        lock (_lock)
        {
            if (_closed)
                return;
            _scrape++;
            CollectCallsUnderLock();
            (_shown, _shownBefore) = (_shownBefore, _shown);
            _shown.Clear();
            var registered = new HashSet<string>(Array.ConvertAll(_providers.Slots, s => s.Info.Name), StringComparer.Ordinal);
            foreach (var state in _providers.States())
            {
                var name = state.Name;
                state.Visit(now, CollectModelUnderLock, totals => CollectStateUnderLock(name, registered.Contains(name), totals));
            }

            _providers.VisitLeft(state => state.Visit(now, CollectModelUnderLock, totals => CollectStateUnderLock(state.Name, false, totals)));
            foreach (var name in _shownBefore)
            {
                if (!_shown.Contains(name))
                    _gauges.Remove(_owner, name);
            }

            ShownSeries.GiveWay(_models, _scrape, (key, series) => _owners.TryRemove(_owner, key, () => series.Remove(this)));
            ShownSeries.GiveWay(_names, _scrape, (name, series) => _owners.TryRemove(_owner, (name, null), () => series.Remove(this)));
        }
    }

    private void CollectCallsUnderLock()
    {
        Span<long> outcomes = stackalloc long[OutcomeLabels.Length];
        _first.Clear();
        _second.Clear();
        var (failovers, retries) = _callTotals.Drain(outcomes, _first, _second);
        for (var i = 0; i < outcomes.Length; i++)
            _calls[i].Set(outcomes[i], _shared);
        _failovers.Set(failovers, _shared);
        _retries.Set(retries, _shared);
        Observe(_duration, _first);
        Observe(_overhead, _second);
    }

    private void CollectModelUnderLock(ModelTotals totals)
    {
        var key = (totals.Provider, totals.Model);
        if (!_models.TryGetValue(key, out var series))
            _models.Add(key, series = _owners.Show(_owner, key, () => new ModelSeries(this, totals)));
        series.LastScrape = _scrape;
        for (var i = 0; i < OutcomeLabels.Length; i++)
            series.Outcomes[i].Set(totals.Outcomes[i], _shared);
        series.Prompt.Set(totals.PromptTokens, _shared);
        series.Completion.Set(totals.CompletionTokens, _shared);
        series.Cost.Set((double)totals.Cost, _shared);
        series.Unpriced.Set(totals.Unpriced, _shared);
        ObserveNew(series.Latency, series.LatencyTold, totals.Latency);
        ObserveNew(series.FirstToken, series.FirstTokenTold, totals.FirstToken);
    }

    private void CollectStateUnderLock(string name, bool registered, StateTotals totals)
    {
        if (!_names.TryGetValue(name, out var series))
            _names.Add(name, series = _owners.Show(_owner, (name, null), () => new NameSeries(name)));
        series.LastScrape = _scrape;
        // Kinds are many and mostly never seen: a series appears with its first error.
        Set(_errors, name, KindLabels, series.Errors, totals.Errors);
        Set(_changes, name, ChangeLabels, series.Changes, totals.Changes);
        _first.Clear();
        series.Waits.TakeNew(totals.Queue.Waits, _first);
        if (_first.Count > 0)
            Observe(_queueWait.WithLabels(name), _first);
        if (!registered && totals.InFlight == 0)
            return;
        _shown.Add(name);
        var health = totals.Health switch { ProviderHealth.Healthy => 1, ProviderHealth.Degraded => 0.5, _ => 0 };
        _gauges.Set(_owner, name, new ProviderGauges(health, totals.InFlight, totals.Queue.Count));
    }

    private static void Show(Gauge health, Gauge inFlight, Gauge queued, string name, ProviderGauges? values)
    {
        if (values is { } now)
        {
            health.WithLabels(name).Set(now.Health);
            inFlight.WithLabels(name).Set(now.InFlight);
            queued.WithLabels(name).Set(now.Queued);
            return;
        }

        health.RemoveLabelled(name);
        inFlight.RemoveLabelled(name);
        queued.RemoveLabelled(name);
    }

    private void Set(Counter counter, string name, string[] labels, Cell?[] cells, ReadOnlySpan<long> totals)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (totals[i] > 0)
                (cells[i] ??= new Cell(counter.WithLabels(name, labels[i]))).Set(totals[i], _shared);
        }
    }

    private void ObserveNew(Histogram.Child histogram, ToldBuckets told, BucketCounts all)
    {
        _first.Clear();
        told.TakeNew(all, _first);
        Observe(histogram, _first);
    }

    private static void Observe(Histogram.Child histogram, List<(double Mean, long Count)> buckets)
    {
        foreach (var (mean, count) in buckets)
            histogram.Observe(mean, count);
    }

    /// <summary>Defines metrics, and says whose fault it is when one of their names is taken.</summary>
    private sealed class Definitions
    {
        private readonly MetricFactory _factory;

        public Definitions(CollectorRegistry registry)
        {
            _factory = Metrics.WithCustomRegistry(registry);
            _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        }

        public Counter Counter(string name, string help, params string[] labels) => Define(name, () => _factory.CreateCounter(name, help, labels));

        public Gauge Gauge(string name, string help, params string[] labels) => Define(name, () => _factory.CreateGauge(name, help, labels));

        public Histogram Histogram(string name, string help, double[] buckets, params string[] labels) =>
            Define(name, () => _factory.CreateHistogram(name, help, labels, new HistogramConfiguration { Buckets = buckets }));

        private static T Define<T>(string name, Func<T> create)
        {
            try
            {
                return create();
            }
            catch (InvalidOperationException error)
            {
                throw new InvalidOperationException(
                    $"RouterOptions.MetricsRegistry holds another metric named '{name}': {error.Message} Give the router a registry without names that begin with llm_.", error);
            }
        }
    }
}
