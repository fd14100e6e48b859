using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orchestrator;

/// <summary>Spans and meters of one router. Nothing is made, and no tag, where nothing listens. Thread-safe.</summary>
internal sealed class Telemetry : IDisposable
{
    public const string Name = "MultiLlmOrchestrator";

    private readonly GenAiConventions _conventions;
    private readonly bool _includeCost;
    private readonly string? _strategy;
    private readonly Meter? _owned;
    private readonly Instruments _instruments;

    /// <param name="options">What it says.</param>
    /// <param name="strategy">The name of the router's strategy.</param>
    public Telemetry(TelemetryOptions options, string? strategy)
    {
        _conventions = TelemetryConventions.Of(options, Environment.GetEnvironmentVariable);
        _includeCost = options.IncludeCost;
        _strategy = strategy;
        // A factory's meters are the factory's: it gives the same one to all routers of its container.
        var meter = options.MeterFactory?.Create(new MeterOptions(Name) { Version = Version }) ?? (_owned = new Meter(Name, Version));
        _instruments = new Instruments(meter, _conventions);
    }

    /// <summary>One for all routers of the process.</summary>
    public static ActivitySource Source { get; } = new(Name, Version);

    /// <summary>Whether spans are listened to.</summary>
    public static bool HasSpans => Source.HasListeners();

    /// <summary>Whether the ends of calls are listened to, but for a span that was started.</summary>
    public bool TakesCalls => _instruments.TakeCalls;

    private static string? Version => typeof(Telemetry).Assembly.GetName().Version?.ToString(3);

    public Activity? StartCall(LlmRequest request) => HasSpans ? CallSpan.Start(request, _strategy) : null;

    /// <summary>Whether the end of an attempt is listened to.</summary>
    public bool Takes(Activity? span) => span is not null || _instruments.TakeAttempts;

    public void EndAttempt(Activity? span, LlmAttempt attempt, in AttemptFacts facts)
    {
        _instruments.Add(attempt, facts);
        if (span is not null)
            AttemptSpan.End(span, attempt, facts, _conventions, _includeCost);
    }

    public void EndCall(Activity? span, LlmCall call)
    {
        _instruments.Add(call);
        if (span is not null)
            CallSpan.End(span, call);
    }

    public void AddChange(string provider, ProviderAvailability state) => _instruments.AddChange(provider, SpanNames.States[(int)state]);

    public void Dispose() => _owned?.Dispose();
}
