using Prometheus;

namespace Orchestrator;

/// <summary>
/// Shows the router's totals as Prometheus metrics. Nothing is counted here: at each scrape the totals are copied out, so that the page,
/// <see cref="Router.GetMetrics"/> and the attempts cannot disagree, and a call pays nothing for being watched.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    private static readonly string[] OutcomeLabels = ["success", "failure", "cancelled", "abandoned"];
    private static readonly string[] ChangeLabels = ["ejected", "trial", "available", "excluded"];
    private static readonly string[] KindLabels = Enum.GetNames<LlmErrorKind>();

    private readonly Lock _lock = new();
    private readonly RouterContext _context;
    private readonly ProviderList _providers;
    private readonly bool _shared;
    private readonly Dictionary<ModelTotals, Series> _series = [];
    private readonly Dictionary<string, Cell?[]> _changesOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Gauges> _gauges = new(StringComparer.Ordinal);
    private readonly List<(double Mean, long Count)> _first = [];
    private readonly List<(double Mean, long Count)> _second = [];
    private readonly Counter _requests, _tokens, _cost, _errors, _unpriced;
    private readonly Histogram _latency, _firstToken;
    private readonly Gauge _health, _inFlight, _queued;
    private readonly Counter _changes;
    private readonly Histogram _queueWait;
    private readonly Cell[] _calls;
    private readonly Cell _failovers, _retries;
    private readonly Histogram.Child _duration, _overhead;
    private bool _closed;

    public PrometheusExporter(CollectorRegistry? registry, RouterContext context, ProviderList providers)
    {
        _context = context;
        _providers = providers;
        _shared = registry is not null;
        Registry = registry ?? Metrics.NewCustomRegistry();
        var metrics = Metrics.WithCustomRegistry(Registry);
        metrics.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        _requests = metrics.CreateCounter("llm_requests_total", "Attempts at providers, by outcome.", "provider", "model", "status");
        _latency = metrics.CreateHistogram("llm_request_latency_seconds", "Duration of attempts.", ["provider", "model"], new() { Buckets = Buckets.Latency });
        _firstToken = metrics.CreateHistogram("llm_time_to_first_token_seconds", "Time to the first content of streamed attempts.", ["provider", "model"], new() { Buckets = Buckets.Latency });
        _tokens = metrics.CreateCounter("llm_tokens_total", "Tokens of all attempts.", "provider", "model", "type");
        _cost = metrics.CreateCounter("llm_cost_total", "Cost of all attempts with a known price.", "provider", "model", "currency");
        _unpriced = metrics.CreateCounter("llm_unpriced_requests_total", "Attempts that used tokens without a known price.", "provider", "model");
        _errors = metrics.CreateCounter("llm_errors_total", "Failed attempts, by kind of error.", "provider", "kind");
        _health = metrics.CreateGauge("llm_provider_health", "Status of the provider: 1 healthy, 0.5 degraded, 0 unhealthy.", "provider");
        _inFlight = metrics.CreateGauge("llm_in_flight_requests", "Attempts running now.", "provider");
        _queued = metrics.CreateGauge("llm_queued_requests", "Calls waiting now for a place at the provider.", "provider");
        _queueWait = metrics.CreateHistogram("llm_queue_wait_seconds", "Time that calls waited for a place at the provider they were given one at.", ["provider"], new() { Buckets = Buckets.Latency });
        _changes = metrics.CreateCounter("llm_provider_state_changes_total", "Changes of the provider's standing, by what it changed to.", "provider", "state");
        var calls = metrics.CreateCounter("llm_calls_total", "Calls as their callers saw them, by outcome.", "outcome");
        _calls = Array.ConvertAll(OutcomeLabels, label => new Cell(calls.WithLabels(label)));
        _failovers = new Cell(metrics.CreateCounter("llm_failovers_total", "Attempts made because an earlier one of the same call failed.").WithLabels());
        _retries = new Cell(metrics.CreateCounter("llm_retries_total", "Attempts at the provider that had just failed in the same call.").WithLabels());
        _duration = metrics.CreateHistogram("llm_call_duration_seconds", "Duration of calls as their callers saw them.", new HistogramConfiguration { Buckets = Buckets.Latency }).WithLabels();
        _overhead = metrics.CreateHistogram("llm_router_overhead_seconds", "The router's own share of a call's duration.", new HistogramConfiguration { Buckets = Buckets.Overhead }).WithLabels();
        // The registry may outlive the router and has no way to drop a callback: it must not keep the router alive.
        var weak = new WeakReference<PrometheusExporter>(this);
        Registry.AddBeforeCollectCallback(() =>
        {
            if (weak.TryGetTarget(out var exporter))
                exporter.Collect();
        });
    }

    public CollectorRegistry Registry { get; }

    /// <summary>Copies the last totals out; the series stay where they are.</summary>
    public void Dispose()
    {
        Collect();
        lock (_lock)
        {
            _closed = true;
            foreach (var name in _gauges.Keys.ToArray())
                RemoveGaugesUnderLock(name);
        }
    }

    private void Collect()
    {
        var now = _context.Now();
        lock (_lock)
        {
            if (_closed)
                return;
            CollectCallsUnderLock();
            var registered = new HashSet<string>(Array.ConvertAll(_providers.Slots, s => s.Info.Name), StringComparer.Ordinal);
            foreach (var state in _providers.States())
            {
                var name = state.Name;
                state.Visit(now, CollectModelUnderLock, totals => CollectStateUnderLock(name, registered.Contains(name), totals));
            }
        }
    }

    private void CollectCallsUnderLock()
    {
        Span<long> outcomes = stackalloc long[OutcomeLabels.Length];
        _first.Clear();
        _second.Clear();
        var (failovers, retries) = _context.Calls.Drain(outcomes, _first, _second);
        for (var i = 0; i < outcomes.Length; i++)
            _calls[i].Set(outcomes[i], _shared);
        _failovers.Set(failovers, _shared);
        _retries.Set(retries, _shared);
        Observe(_duration, _first);
        Observe(_overhead, _second);
    }

    private void CollectModelUnderLock(ModelTotals totals)
    {
        if (!_series.TryGetValue(totals, out var series))
            _series.Add(totals, series = new Series(this, totals));
        for (var i = 0; i < OutcomeLabels.Length; i++)
            series.Outcomes[i].Set(totals.Outcomes[i], _shared);
        series.Prompt.Set(totals.PromptTokens, _shared);
        series.Completion.Set(totals.CompletionTokens, _shared);
        series.Cost.Set((double)totals.Cost, _shared);
        series.Unpriced.Set(totals.Unpriced, _shared);
        for (var i = 0; i < KindLabels.Length; i++)
        {
            // Kinds are many and mostly never seen: a series appears with its first error. Two models of one name share it.
            if (totals.Errors[i] > 0)
                (series.Errors[i] ??= new Cell(_errors.WithLabels(totals.Provider, KindLabels[i]))).Set(totals.Errors[i], shared: true);
        }

        _first.Clear();
        totals.Latency.DrainInto(_first);
        Observe(series.Latency, _first);
        _first.Clear();
        totals.FirstToken.DrainInto(_first);
        Observe(series.FirstToken, _first);
    }

    private void CollectStateUnderLock(string name, bool registered, StateTotals totals)
    {
        if (!_changesOf.TryGetValue(name, out var changes))
            _changesOf.Add(name, changes = new Cell?[ChangeLabels.Length]);
        for (var i = 0; i < changes.Length; i++)
        {
            if (totals.Changes[i] > 0)
                (changes[i] ??= new Cell(_changes.WithLabels(name, ChangeLabels[i]))).Set(totals.Changes[i], _shared);
        }

        _first.Clear();
        totals.Queue.Waits.DrainInto(_first);
        if (_first.Count > 0)
            Observe(_queueWait.WithLabels(name), _first);
        if (registered || totals.InFlight > 0)
            SetGaugesUnderLock(name, totals);
        else
            RemoveGaugesUnderLock(name);
    }

    private void SetGaugesUnderLock(string name, in StateTotals totals)
    {
        if (!_gauges.TryGetValue(name, out var gauges))
            _gauges.Add(name, gauges = new Gauges(_health.WithLabels(name), _inFlight.WithLabels(name), _queued.WithLabels(name)));
        gauges.Health.Set(totals.Health switch { ProviderHealth.Healthy => 1, ProviderHealth.Degraded => 0.5, _ => 0 });
        gauges.InFlight.Set(totals.InFlight);
        gauges.Queued.Set(totals.Queue.Count);
    }

    private void RemoveGaugesUnderLock(string name)
    {
        if (!_gauges.Remove(name))
            return;
        _health.RemoveLabelled(name);
        _inFlight.RemoveLabelled(name);
        _queued.RemoveLabelled(name);
    }

    private static void Observe(Histogram.Child histogram, List<(double Mean, long Count)> buckets)
    {
        foreach (var (mean, count) in buckets)
            histogram.Observe(mean, count);
    }

    private sealed record Gauges(Gauge.Child Health, Gauge.Child InFlight, Gauge.Child Queued);

    /// <summary>One exported counter and the total it last showed.</summary>
    private sealed class Cell(Counter.Child counter)
    {
        private double _shown;

        public void Set(double total, bool shared)
        {
            // A registry of our own takes the exact total; one that others write to takes what was added.
            if (!shared)
                counter.IncTo(total);
            else if (total > _shown)
                counter.Inc(total - _shown);
            _shown = total;
        }
    }

    private sealed class Series(PrometheusExporter exporter, ModelTotals totals)
    {
        public Cell[] Outcomes { get; } = Array.ConvertAll(OutcomeLabels, label => new Cell(exporter._requests.WithLabels(totals.Provider, totals.Model, label)));

        public Cell Prompt { get; } = new(exporter._tokens.WithLabels(totals.Provider, totals.Model, "prompt"));

        public Cell Completion { get; } = new(exporter._tokens.WithLabels(totals.Provider, totals.Model, "completion"));

        public Cell Cost { get; } = new(exporter._cost.WithLabels(totals.Provider, totals.Model, totals.Currency));

        public Cell Unpriced { get; } = new(exporter._unpriced.WithLabels(totals.Provider, totals.Model));

        public Cell?[] Errors { get; } = new Cell?[KindLabels.Length];

        public Histogram.Child Latency { get; } = exporter._latency.WithLabels(totals.Provider, totals.Model);

        public Histogram.Child FirstToken { get; } = exporter._firstToken.WithLabels(totals.Provider, totals.Model);
    }
}
