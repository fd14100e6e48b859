using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orchestrator;

/// <summary>The instruments of v1.41.</summary>
internal sealed class Version141Instruments(Meter meter, InstrumentAdvice<double> seconds, InstrumentAdvice<long> tokens)
    : VersionInstruments
{
    private readonly Histogram<double> _duration = meter.CreateHistogram(
        "gen_ai.client.operation.duration", "s", "Duration of attempts.", tags: null, advice: seconds);

    private readonly Histogram<double> _firstChunk = meter.CreateHistogram(
        "gen_ai.client.operation.time_to_first_chunk", "s", "Time to the first content of streamed attempts.", tags: null, advice: seconds);

    private readonly Histogram<long> _tokens = meter.CreateHistogram(
        "gen_ai.client.token.usage", "{token}", "Tokens of attempts.", tags: null, advice: tokens);

    public override bool IsEnabled => _duration.Enabled || _firstChunk.Enabled || _tokens.Enabled;

    public override void Add(LlmAttempt attempt, TagList tags)
    {
        _duration.Record(attempt.Duration.TotalSeconds, WithError(tags, attempt));
        if (attempt.TimeToFirstToken is { } first)
            _firstChunk.Record(first.TotalSeconds, tags);
        Record(attempt.Usage.PromptTokens, tags, "input");
        Record(attempt.Usage.CompletionTokens, tags, "output");
    }

    private void Record(int count, TagList tags, string type)
    {
        if (count == 0)
            return;
        tags.Add(SpanNames.TokenType, type);
        _tokens.Record(count, tags);
    }
}
