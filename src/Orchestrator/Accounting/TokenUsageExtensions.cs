using Microsoft.Extensions.AI;

namespace Orchestrator;

internal static class TokenUsageExtensions
{
    /// <summary>The attempt's usage as UsageDetails; further counts of the vendor are kept.</summary>
    public static UsageDetails ToDetails(this TokenUsage usage, UsageDetails? reported = null)
    {
        var details = reported ?? new UsageDetails();
        details.InputTokenCount = usage.PromptTokens;
        details.OutputTokenCount = usage.CompletionTokens;
        details.TotalTokenCount = usage.TotalTokens;
        if (usage.CachedTokens > 0)
            details.CachedInputTokenCount = usage.CachedTokens;
        if (usage.ReasoningTokens > 0)
            details.ReasoningTokenCount = usage.ReasoningTokens;
        if (usage.CacheWriteTokens > 0)
        {
            var counts = details.AdditionalCounts ??= [];
            if (UsageNames.Of(counts).Written != usage.CacheWriteTokens)
                counts[UsageNames.CacheWrite] = usage.CacheWriteTokens;
        }

        return details;
    }
}
