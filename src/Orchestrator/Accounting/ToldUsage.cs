using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>The numbers that the reader of a stream has been given, added up as the reader adds them up; and what is missing to the attempt's own.</summary>
internal struct ToldUsage
{
    private long? _prompt, _completion, _total, _cached, _reasoning;

    public void Add(UsageDetails? usage)
    {
        if (usage is null)
            return;
        _prompt = Sum(_prompt, usage.InputTokenCount);
        _completion = Sum(_completion, usage.OutputTokenCount);
        _total = Sum(_total, usage.TotalTokenCount);
        _cached = Sum(_cached, usage.CachedInputTokenCount);
        _reasoning = Sum(_reasoning, usage.ReasoningTokenCount);
    }

    /// <summary>What was told.</summary>
    public readonly UsageDetails Sum() => new()
    {
        InputTokenCount = _prompt,
        OutputTokenCount = _completion,
        TotalTokenCount = _total,
        CachedInputTokenCount = _cached,
        ReasoningTokenCount = _reasoning,
    };

    /// <summary>What has to be added to what was told, so that it comes to this; null for nothing.</summary>
    public readonly UsageDetails? MissingTo(TokenUsage usage)
    {
        var prompt = Rest(usage.PromptTokens, _prompt);
        var completion = Rest(usage.CompletionTokens, _completion);
        var total = Rest(usage.TotalTokens, _total);
        // Of cached and reasoning tokens a zero says no more than silence.
        var cached = usage.CachedTokens == (_cached ?? 0) ? null : Rest(usage.CachedTokens, _cached);
        var reasoning = usage.ReasoningTokens == (_reasoning ?? 0) ? null : Rest(usage.ReasoningTokens, _reasoning);
        return (prompt ?? completion ?? total ?? cached ?? reasoning) is null ? null : new UsageDetails
        {
            InputTokenCount = prompt,
            OutputTokenCount = completion,
            TotalTokenCount = total,
            CachedInputTokenCount = cached,
            ReasoningTokenCount = reasoning,
        };
    }

    // The reader's own sum wraps around too.
    private static long? Sum(long? sum, long? part) => part is null ? sum : unchecked((sum ?? 0) + part.Value);

    private static long? Rest(long final, long? told) => final == told ? null : unchecked(final - (told ?? 0));
}
