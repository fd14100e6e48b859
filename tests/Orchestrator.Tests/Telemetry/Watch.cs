using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Orchestrator.Tests.Telemetry;

/// <summary>What OpenTelemetry sees of one test: the spans of its own trace, and the measurements of its own routers.</summary>
internal sealed class Watch : IDisposable
{
    private static readonly ActivitySource Tests = new("Orchestrator.Tests");
    private readonly List<Activity> _ended = [];
    private readonly TracerProvider _tracing;
    private readonly MeterListener _listener = new();
    private readonly Factory _meters = new();

    public Watch(params string[] otherSources)
    {
        _tracing = Sdk.CreateTracerProviderBuilder()
            .AddSource([Tests.Name, Router.ActivitySourceName, .. otherSources])
            .SetSampler(new AlwaysOnSampler())
            .AddProcessor(new Exported(this))
            .Build();
        Root = Tests.StartActivity("test")!;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Owns(instrument.Meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        _listener.Start();
    }

    /// <summary>The activity that the test itself runs in.</summary>
    public Activity Root { get; }

    public List<Measured> Measurements { get; } = [];

    /// <summary>The ended spans of this test's trace, in the order of their ends.</summary>
    public IReadOnlyList<Activity> Spans
    {
        get
        {
            lock (_ended)
                return [.. _ended.Where(a => a.TraceId == Root.TraceId)];
        }
    }

    public IReadOnlyList<Activity> CallSpans => SpansOf(ActivityKind.Internal);

    public IReadOnlyList<Activity> AttemptSpans => SpansOf(ActivityKind.Client);

    public RouterOptions Options(Action<TelemetryOptions>? configure = null)
    {
        var options = new RouterOptions { Telemetry = { MeterFactory = _meters } };
        configure?.Invoke(options.Telemetry);
        return options;
    }

    public IReadOnlyList<Measured> Of(string instrument)
    {
        lock (Measurements)
            return [.. Measurements.Where(m => m.Name == instrument)];
    }

    public void Dispose()
    {
        Root.Dispose();
        _listener.Dispose();
        _tracing.Dispose();
        _meters.Dispose();
    }

    private List<Activity> SpansOf(ActivityKind kind) =>
        [.. Spans.Where(s => s.Kind == kind && s.Source.Name == Router.ActivitySourceName)];

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (Measurements)
            Measurements.Add(new(instrument.Name, instrument.Unit, value, tags.ToArray().ToDictionary(t => t.Key, t => t.Value)));
    }

    private sealed class Exported(Watch watch) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            lock (watch._ended)
                watch._ended.Add(data);
        }
    }

    internal sealed record Measured(string Name, string? Unit, double Value, Dictionary<string, object?> Tags);

    private sealed class Factory : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            lock (_made)
            {
                // Known before it is published by its first instrument.
                _made.Add(new Meter(options));
                return _made[^1];
            }
        }

        public bool Owns(Meter meter)
        {
            lock (_made)
                return _made.Contains(meter);
        }

        public void Dispose()
        {
            foreach (var meter in _made)
                meter.Dispose();
        }
    }
}
