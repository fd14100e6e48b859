using Prometheus;

namespace Orchestrator;

/// <summary>The series of a provider name and of a model: what is shown of each, and what they were told last.</summary>
internal sealed partial class PrometheusExporter
{
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

    /// <summary>What is shown of one model of a provider.</summary>
    private sealed class ModelSeries(PrometheusExporter exporter, ModelTotals totals) : ShownSeries
    {
        private readonly (string Provider, string Model, string Currency) _labels = (totals.Provider, totals.Model, totals.Currency);

        public Cell[] Outcomes { get; } = Array.ConvertAll(OutcomeLabels, label => new Cell(exporter._requests.WithLabels(totals.Provider, totals.Model, label)));

        public Cell Prompt { get; } = new(exporter._tokens.WithLabels(totals.Provider, totals.Model, "prompt"));

        public Cell Completion { get; } = new(exporter._tokens.WithLabels(totals.Provider, totals.Model, "completion"));

        public Cell Cost { get; } = new(exporter._cost.WithLabels(totals.Provider, totals.Model, totals.Currency));

        public Cell Unpriced { get; } = new(exporter._unpriced.WithLabels(totals.Provider, totals.Model));

        public Histogram.Child Latency { get; } = exporter._latency.WithLabels(totals.Provider, totals.Model);

        public ToldBuckets LatencyTold { get; } = new();

        public Histogram.Child FirstToken { get; } = exporter._firstToken.WithLabels(totals.Provider, totals.Model);

        public ToldBuckets FirstTokenTold { get; } = new();

        public void Remove(PrometheusExporter from)
        {
            var (provider, model, currency) = _labels;
            foreach (var label in OutcomeLabels)
                from._requests.RemoveLabelled(provider, model, label);
            from._tokens.RemoveLabelled(provider, model, "prompt");
            from._tokens.RemoveLabelled(provider, model, "completion");
            from._cost.RemoveLabelled(provider, model, currency);
            from._unpriced.RemoveLabelled(provider, model);
            from._latency.RemoveLabelled(provider, model);
            from._firstToken.RemoveLabelled(provider, model);
        }
    }

    /// <summary>What is shown of a provider beside its models and its gauges.</summary>
    private sealed class NameSeries(string name) : ShownSeries
    {
        public Cell?[] Errors { get; } = new Cell?[KindLabels.Length];

        public Cell?[] Changes { get; } = new Cell?[ChangeLabels.Length];

        public ToldBuckets Waits { get; } = new();

        public void Remove(PrometheusExporter from)
        {
            foreach (var kind in KindLabels)
                from._errors.RemoveLabelled(name, kind);
            foreach (var state in ChangeLabels)
                from._changes.RemoveLabelled(name, state);
            from._queueWait.RemoveLabelled(name);
        }
    }
}
