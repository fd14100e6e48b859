using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orchestrator;

/// <summary>The instruments of v0.1.0 of the conventions of their own.</summary>
internal sealed class GenAi010Instruments(Meter meter, InstrumentAdvice<double> seconds, InstrumentAdvice<long> tokens)
    : VersionInstruments
{
    private readonly Histogram<double> _duration = meter.CreateHistogram(
        "gen_ai.client.inference.duration", "s", "Duration of attempts.", tags: null, advice: seconds);

    private readonly Histogram<double> _firstChunk = meter.CreateHistogram(
        "gen_ai.client.inference.time_to_first_chunk", "s", "Time to the first content of streamed attempts.", tags: null, advice: seconds);

    private readonly Histogram<long> _inputs = meter.CreateHistogram(
        "gen_ai.client.inference.operation.input_tokens", "{token}", "Tokens of prompts.", tags: null, advice: tokens);

    private readonly Histogram<long> _outputs = meter.CreateHistogram(
        "gen_ai.client.inference.operation.output_tokens", "{token}", "Tokens of answers.", tags: null, advice: tokens);

    private readonly Counter<long> _input = Of(meter, "input_tokens", "Tokens of prompts.");
    private readonly Counter<long> _output = Of(meter, "output_tokens", "Tokens of answers.");
    private readonly Counter<long> _cached = Of(meter, "cache_read.input_tokens", "Tokens of prompts that were cached.");
    private readonly Counter<long> _cacheWrite = Of(meter, "cache_write.input_tokens", "Tokens of prompts that were put into a cache.");
    private readonly Counter<long> _reasoning = Of(meter, "reasoning.output_tokens", "Tokens of reasoning.");

    public override bool IsEnabled =>
        _duration.Enabled || _firstChunk.Enabled || _inputs.Enabled || _outputs.Enabled || _input.Enabled || _output.Enabled
        || _cached.Enabled || _cacheWrite.Enabled || _reasoning.Enabled;

    public override void Add(LlmAttempt attempt, TagList tags)
    {
        var usage = attempt.Usage;
        _duration.Record(attempt.Duration.TotalSeconds, WithError(tags, attempt));
        if (attempt.TimeToFirstToken is { } first)
            _firstChunk.Record(first.TotalSeconds, tags);
        if (usage.PromptTokens > 0)
            _inputs.Record(usage.PromptTokens, tags);
        if (usage.CompletionTokens > 0)
            _outputs.Record(usage.CompletionTokens, tags);
        // What the vendors report does not tell the modalities apart.
        tags.Add(SpanNames.TokenModality, "unknown");
        Count(_input, usage.PromptTokens, tags);
        Count(_output, usage.CompletionTokens, tags);
        Count(_cached, usage.CachedTokens, tags);
        Count(_cacheWrite, usage.CacheWriteTokens, tags);
        Count(_reasoning, usage.ReasoningTokens, tags);
    }

    private static void Count(Counter<long> counter, int tokens, in TagList tags)
    {
        if (tokens > 0)
            counter.Add(tokens, tags);
    }

    private static Counter<long> Of(Meter meter, string name, string description) =>
        meter.CreateCounter<long>($"gen_ai.client.inference.usage.{name}", "{token}", description);
}
