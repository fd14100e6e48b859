using Prometheus;

namespace Orchestrator;

/// <summary>The router's metrics in one registry: names, help texts, labels and buckets. Routers that share the registry share
/// them.</summary>
internal sealed class MetricFamilies
{
    private readonly MetricFactory _factory;

    public MetricFamilies(CollectorRegistry registry)
    {
        _factory = Prometheus.Metrics.WithCustomRegistry(registry);
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        Requests = NewCounter("llm_requests_total", "Attempts at providers, by outcome.", "provider", "model", "status");
        Latency = NewHistogram("llm_request_latency_seconds", "Duration of attempts.", Buckets.Latency, "provider", "model");
        FirstToken = NewHistogram(
            "llm_time_to_first_token_seconds", "Time to the first content of streamed attempts.", Buckets.Latency, "provider", "model");
        Tokens = NewCounter("llm_tokens_total", "Tokens of all attempts.", "provider", "model", "type");
        Cost = NewCounter("llm_cost_total", "Cost of all attempts with a known price.", "provider", "model", "currency");
        Unpriced = NewCounter("llm_unpriced_requests_total", "Attempts that used tokens without a known price.", "provider", "model");
        Errors = NewCounter("llm_errors_total", "Failed attempts, by kind of error.", "provider", "kind");
        Health = NewGauge("llm_provider_health", "Status of the provider: 1 healthy, 0.5 degraded, 0 unhealthy.", "provider");
        InFlight = NewGauge("llm_in_flight_requests", "Attempts running now.", "provider");
        Queued = NewGauge("llm_queued_requests", "Calls waiting for a concurrency permit of the provider now.", "provider");
        QueueWait = NewHistogram(
            "llm_queue_wait_seconds", "Time that calls spent waiting for a concurrency permit, at the provider that gave it.",
            Buckets.Latency, "provider");
        Changes = NewCounter(
            "llm_provider_state_changes_total", "Changes of the provider's availability, by what it changed to.", "provider", "state");
        Calls = NewCounter("llm_calls_total", "Calls as their callers saw them, by outcome.", "outcome");
        Failovers = NewCounter("llm_failovers_total", "Attempts made because an earlier one of the same call failed.");
        Retries = NewCounter("llm_retries_total", "Attempts at the provider that had just failed in the same call.");
        CallDuration = NewHistogram("llm_call_duration_seconds", "Duration of calls as their callers saw them.", Buckets.Latency);
        Overhead = NewHistogram("llm_router_overhead_seconds", "The router's own share of a call's duration.", Buckets.Overhead);
    }

    public Counter Requests { get; }

    public Histogram Latency { get; }

    public Histogram FirstToken { get; }

    public Counter Tokens { get; }

    public Counter Cost { get; }

    public Counter Unpriced { get; }

    public Counter Errors { get; }

    public Gauge Health { get; }

    public Gauge InFlight { get; }

    public Gauge Queued { get; }

    public Histogram QueueWait { get; }

    public Counter Changes { get; }

    public Counter Calls { get; }

    public Counter Failovers { get; }

    public Counter Retries { get; }

    public Histogram CallDuration { get; }

    public Histogram Overhead { get; }

    /// <summary>Sets a provider's gauges, or removes them.</summary>
    public void Show(string provider, ProviderGauges? values)
    {
        if (values is { } now)
        {
            Health.WithLabels(provider).Set(now.Health);
            InFlight.WithLabels(provider).Set(now.InFlight);
            Queued.WithLabels(provider).Set(now.Queued);
            return;
        }

        Health.RemoveLabelled(provider);
        InFlight.RemoveLabelled(provider);
        Queued.RemoveLabelled(provider);
    }

    private Counter NewCounter(string name, string help, params string[] labels) =>
        Define(name, () => _factory.CreateCounter(name, help, labels));

    private Gauge NewGauge(string name, string help, params string[] labels) =>
        Define(name, () => _factory.CreateGauge(name, help, labels));

    private Histogram NewHistogram(string name, string help, double[] buckets, params string[] labels) =>
        Define(name, () => _factory.CreateHistogram(name, help, labels, new HistogramConfiguration { Buckets = buckets }));

    /// <summary>Adds advice to the error when another metric has one of the names.</summary>
    private static T Define<T>(string name, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidOperationException(
                $"The registry given to ExportTo holds another metric named '{name}': {error.Message} " +
                "Give the router a registry without names that begin with llm_.",
                error);
        }
    }
}
