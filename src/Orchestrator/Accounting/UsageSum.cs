using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// Adds up usage as it was told, in the vocabulary of the response and as a reader adds it up; <see cref="ReportedUsage"/> corrects it. In
/// bounded memory: a vendor's own counts under ever new names are kept up to a number.
/// </summary>
internal static class UsageSum
{
    private const int MostNames = 64;

    public static void Add(ref UsageDetails? sum, UsageDetails? part)
    {
        if (part is null)
            return;
        sum ??= new UsageDetails();
        if (part.AdditionalCounts is not { Count: > 0 } named)
        {
            sum.Add(part);
            return;
        }

        var counts = sum.AdditionalCounts ?? [];
        if (counts.Count + named.Count <= MostNames)
        {
            sum.Add(part);
            return;
        }

        foreach (var (name, count) in named)
        {
            if (counts.TryGetValue(name, out var before))
                counts[name] = before + count;
            else if (counts.Count < MostNames)
                counts.Add(name, count);
        }

        sum.AdditionalCounts = counts;
        sum.Add(WithoutNames(part));
    }

    /// <summary>A copy that can be changed without the provider's object being changed.</summary>
    public static UsageDetails? Copy(UsageDetails? usage)
    {
        if (usage is null)
            return null;
        var copy = new UsageDetails();
        copy.Add(usage);
        return copy;
    }

    /// <summary>The difference between this usage and the reported one; null for none.</summary>
    public static UsageDetails? Missing(UsageDetails? reported, TokenUsage usage)
    {
        var prompt = Rest(usage.PromptTokens, reported?.InputTokenCount);
        var completion = Rest(usage.CompletionTokens, reported?.OutputTokenCount);
        var total = Rest(usage.TotalTokens, reported?.TotalTokenCount);
        // A zero of cached or reasoning tokens means the same as no count.
        var cached = usage.CachedTokens == (reported?.CachedInputTokenCount ?? 0)
            ? null
            : Rest(usage.CachedTokens, reported?.CachedInputTokenCount);
        var reasoning = usage.ReasoningTokens == (reported?.ReasoningTokenCount ?? 0)
            ? null
            : Rest(usage.ReasoningTokens, reported?.ReasoningTokenCount);
        return (prompt ?? completion ?? total ?? cached ?? reasoning) is null ? null : new UsageDetails
        {
            InputTokenCount = prompt,
            OutputTokenCount = completion,
            TotalTokenCount = total,
            CachedInputTokenCount = cached,
            ReasoningTokenCount = reasoning,
        };
    }

    // Wraps around, as the sum of UsageDetails does.
    private static long? Rest(long final, long? reported) => final == reported ? null : unchecked(final - (reported ?? 0));

    private static UsageDetails WithoutNames(UsageDetails part) => new()
    {
        InputTokenCount = part.InputTokenCount,
        OutputTokenCount = part.OutputTokenCount,
        TotalTokenCount = part.TotalTokenCount,
        CachedInputTokenCount = part.CachedInputTokenCount,
        ReasoningTokenCount = part.ReasoningTokenCount,
        InputAudioTokenCount = part.InputAudioTokenCount,
        InputTextTokenCount = part.InputTextTokenCount,
        OutputAudioTokenCount = part.OutputAudioTokenCount,
        OutputTextTokenCount = part.OutputTextTokenCount,
    };
}
