using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The usage of a chat completion under the names of the many servers that speak the protocol. A count in the details wins over
/// one at the top.</summary>
internal struct OpenAiCompatibleUsage
{
    private const decimal TicksPerDollar = 10_000_000_000m;

    private int? _prompt, _completion, _total, _reasoning, _topReasoning;
    private int? _cached, _topCached, _written, _topWritten;
    private decimal? _cost, _upstream, _ticks, _estimate;
    private bool _ownKey;

    public readonly bool HasAny => _prompt is not null || _completion is not null || _total is not null;

    public void Read(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("prompt_tokens"u8))
                _prompt = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("completion_tokens"u8))
                _completion = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("total_tokens"u8))
                _total = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("prompt_tokens_details"u8))
                ReadPrompt(ref reader);
            else if (field.SequenceEqual("completion_tokens_details"u8))
                ReadCompletion(ref reader);
            else if (!TryReadTop(field, ref reader) && !TryReadCost(field, ref reader))
                JsonRead.SkipNext(ref reader);
        }
    }

    /// <summary>Corrects the counts, so that their sum is consistent.</summary>
    public readonly UsageDetails ToDetails()
    {
        var usage = new UsageDetails
        {
            InputTokenCount = _prompt,
            OutputTokenCount = _completion,
            TotalTokenCount = _total,
            CachedInputTokenCount = _cached ?? _topCached,
            ReasoningTokenCount = _reasoning ?? _topReasoning,
        };
        if ((_written ?? _topWritten) is > 0 and { } written)
            (usage.AdditionalCounts ??= [])[UsageNames.CacheWrite] = written;
        if (Cost() is { } usd && UsageCost.IsSane(usd))
            usage.WithCost(usd);
        return ReportedUsage.Corrected(usage);
    }

    /// <summary>OpenRouter's charge, plus the vendor's charge where the caller uses a vendor key of its own; xAI's; DeepInfra's.</summary>
    private readonly decimal? Cost() => _cost is { } charged
        ? _ownKey && _upstream is { } upstream && UsageCost.IsSane(charged) && UsageCost.IsSane(upstream) ? charged + upstream : charged
        : _ticks is { } ticks ? ticks / TicksPerDollar
        : _estimate;

    private bool TryReadTop(scoped ReadOnlySpan<byte> field, ref Utf8JsonReader reader)
    {
        // The names of DeepSeek, of Moonshot, and of proxies for Anthropic.
        if (field.SequenceEqual("prompt_cache_hit_tokens"u8)
            || field.SequenceEqual("cached_tokens"u8)
            || field.SequenceEqual("cache_read_input_tokens"u8))
            _topCached = JsonRead.NextCount(ref reader) ?? _topCached;
        else if (field.SequenceEqual("cache_creation_input_tokens"u8) || field.SequenceEqual("cache_write_tokens"u8))
            _topWritten = JsonRead.NextCount(ref reader) ?? _topWritten;
        else if (field.SequenceEqual("reasoning_tokens"u8))
            _topReasoning = JsonRead.NextCount(ref reader);
        else
            return false;
        return true;
    }

    private bool TryReadCost(scoped ReadOnlySpan<byte> field, ref Utf8JsonReader reader)
    {
        if (field.SequenceEqual("cost"u8))
            _cost = NextCost(ref reader, "total_cost"u8);
        else if (field.SequenceEqual("cost_details"u8))
            _upstream = NextCost(ref reader, "upstream_inference_cost"u8);
        else if (field.SequenceEqual("cost_in_usd_ticks"u8))
            _ticks = JsonRead.NextNumber(ref reader);
        else if (field.SequenceEqual("estimated_cost"u8))
            _estimate = JsonRead.NextNumber(ref reader);
        else if (field.SequenceEqual("is_byok"u8))
            _ownKey = JsonRead.SkipNext(ref reader) == JsonTokenType.True;
        else
            return false;
        return true;
    }

    private void ReadPrompt(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("cached_tokens"u8))
                _cached = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("cache_write_tokens"u8) || field.SequenceEqual("cache_creation_tokens"u8))
                _written = JsonRead.NextCount(ref reader) ?? _written;
            else
                JsonRead.SkipNext(ref reader);
        }
    }

    private void ReadCompletion(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonRead.Name(ref reader).SequenceEqual("reasoning_tokens"u8))
                _reasoning = JsonRead.NextCount(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }
    }

    /// <summary>A number, or an object that has it under a name.</summary>
    private static decimal? NextCost(ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return JsonRead.Number(ref reader);
        decimal? cost = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonRead.Name(ref reader).SequenceEqual(name))
                cost = JsonRead.NextNumber(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        return cost;
    }
}
