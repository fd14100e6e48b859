using Microsoft.Extensions.AI;

namespace Orchestrator;

internal static class TokenUsageExtensions
{
    /// <summary>The numbers of the attempt in the vocabulary of the response; what the vendor said besides is kept.</summary>
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
        if (usage.CacheWriteTokens > 0 && UsageNames.Of(details).Written != usage.CacheWriteTokens)
            (details.AdditionalCounts ??= [])[UsageNames.CacheWrite] = usage.CacheWriteTokens;
        return details;
    }

    /// <summary>A copy to be changed: what a provider handed out stays as it is.</summary>
    public static UsageDetails Copy(this UsageDetails? usage)
    {
        var copy = new UsageDetails();
        if (usage is not null)
            copy.Add(usage);
        return copy;
    }

    /// <summary>The same answer with the numbers of the attempt; the object itself where it has them already.</summary>
    public static ChatResponse WithUsage(this ChatResponse response, TokenUsage usage)
    {
        if (response.Usage is not { } reported
            || (reported.InputTokenCount == usage.PromptTokens
                && reported.OutputTokenCount == usage.CompletionTokens
                && (reported.TotalTokenCount ?? usage.TotalTokens) == usage.TotalTokens))
            return response;
        return new ChatResponse(response.Messages)
        {
            AdditionalProperties = response.AdditionalProperties,
            ConversationId = response.ConversationId,
            CreatedAt = response.CreatedAt,
            FinishReason = response.FinishReason,
            ModelId = response.ModelId,
            RawRepresentation = response.RawRepresentation,
            ResponseId = response.ResponseId,
            Usage = usage.ToDetails(reported.Copy()),
        };
    }
}
