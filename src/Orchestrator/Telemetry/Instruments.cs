using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orchestrator;

/// <summary>The instruments of one router: those of OpenTelemetry's conventions at the attempts, and its own.</summary>
internal sealed class Instruments
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };

    private static readonly InstrumentAdvice<long> Tokens = new()
    {
        HistogramBucketBoundaries =
            [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
    };

    private readonly VersionInstruments[] _versions;
    private readonly Histogram<double> _callDuration;
    private readonly Histogram<double> _queueDuration;
    private readonly Counter<double> _cost;
    private readonly Counter<double> _wastedCost;
    private readonly Counter<long> _wastedTokens;
    private readonly Counter<long> _changes;

    public Instruments(Meter meter, GenAiConventions conventions)
    {
        var versions = new List<VersionInstruments>(2);
        if ((conventions & GenAiConventions.Version141) != 0)
            versions.Add(new Version141Instruments(meter, Seconds, Tokens));
        if ((conventions & GenAiConventions.GenAi010) != 0)
            versions.Add(new GenAi010Instruments(meter, Seconds, Tokens));
        _versions = [.. versions];
        _callDuration = meter.CreateHistogram(
            "orchestrator.call.duration", "s", "Duration of calls as their callers saw them.", tags: null, advice: Seconds);
        _queueDuration = meter.CreateHistogram(
            "orchestrator.queue.duration", "s", "Time that a call waited for a permit of the provider.", tags: null, advice: Seconds);
        _cost = meter.CreateCounter<double>("orchestrator.cost", "{currency}", "Cost of attempts with a known price.");
        _wastedCost = meter.CreateCounter<double>("orchestrator.waste.cost", "{currency}", "Cost of attempts that gave no answer.");
        _wastedTokens = meter.CreateCounter<long>("orchestrator.waste.tokens", "{token}", "Tokens of attempts that gave no answer.");
        _changes = meter.CreateCounter<long>(
            "orchestrator.provider.state_changes", "{change}", "Changes of a provider's availability, by what it changed to.");
    }

    /// <summary>Whether an instrument of attempts is listened to.</summary>
    public bool TakeAttempts
    {
        get
        {
            foreach (var version in _versions)
            {
                if (version.IsEnabled)
                    return true;
            }

            return _cost.Enabled || _queueDuration.Enabled;
        }
    }

    /// <summary>Whether an instrument of calls is listened to.</summary>
    public bool TakeCalls => _callDuration.Enabled || _wastedCost.Enabled || _wastedTokens.Enabled;

    public void Add(LlmAttempt attempt, in AttemptFacts facts)
    {
        var tags = new TagList
        {
            { SpanNames.Operation, SpanNames.Chat },
            { SpanNames.Provider, facts.VendorName },
            { SpanNames.RequestModel, attempt.Provider.Model },
        };
        if (facts.ResponseModel is { Length: > 0 } model)
            tags.Add(SpanNames.ResponseModel, model);
        if (attempt.Provider.Endpoint is { } server)
        {
            tags.Add(SpanNames.Server, server.Host);
            tags.Add(SpanNames.Port, server.Port);
        }

        foreach (var version in _versions)
            version.Add(attempt, tags);
        if (_cost.Enabled && attempt.Cost is { } cost && cost != 0)
        {
            _cost.Add(
                (double)cost,
                new TagList
                {
                    { SpanNames.Name, attempt.Provider.Name },
                    { SpanNames.RequestModel, attempt.Provider.Model },
                    { SpanNames.Currency, attempt.Currency },
                });
        }

        if (_queueDuration.Enabled && attempt.QueueTime > TimeSpan.Zero)
            _queueDuration.Record(attempt.QueueTime.TotalSeconds, new KeyValuePair<string, object?>(SpanNames.Name, attempt.Provider.Name));
    }

    public void Add(LlmCall call)
    {
        _callDuration.Record(
            call.Duration.TotalSeconds, new KeyValuePair<string, object?>(SpanNames.Outcome, SpanNames.Outcomes[(int)call.Outcome]));
        for (var i = 0; i < call.Attempts.Count; i++)
        {
            if (Waste.CauseOf(call.Attempts, i) is not { } cause)
                continue;
            var attempt = call.Attempts[i];
            var tag = new KeyValuePair<string, object?>(SpanNames.Cause, SpanNames.Causes[(int)cause]);
            if (attempt.Usage.TotalTokens > 0)
                _wastedTokens.Add(attempt.Usage.TotalTokens, tag);
            if (attempt.Cost is { } cost && cost != 0)
                _wastedCost.Add((double)cost, tag, new KeyValuePair<string, object?>(SpanNames.Currency, attempt.Currency));
        }
    }

    public void AddChange(string provider, string state) =>
        _changes.Add(1, new(SpanNames.Name, provider), new KeyValuePair<string, object?>(SpanNames.State, state));
}
