using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Adds up what a vendor reports during one attempt. Numbers that cannot be are taken for what they can.</summary>
internal struct ReportedUsage
{
    private long _prompt, _completion, _cached, _reasoning, _totalAlone;

    public bool HasPrompt { get; private set; }

    public bool HasCompletion { get; private set; }

    public readonly bool HasAny => HasPrompt || HasCompletion;

    /// <summary>What was reported as a total without either half; zero when nothing was.</summary>
    public readonly int TotalAlone => Clamp(_totalAlone);

    public void Add(UsageDetails? usage)
    {
        if (usage is null)
            return;
        // Some servers report only a total: with one half known, the other is the rest.
        var prompt = usage.InputTokenCount ?? (usage.TotalTokenCount - usage.OutputTokenCount);
        var completion = usage.OutputTokenCount ?? (usage.TotalTokenCount - usage.InputTokenCount);
        if (prompt is null && completion is null)
            _totalAlone += Clamp(usage.TotalTokenCount ?? 0);
        HasPrompt |= prompt is not null;
        HasCompletion |= completion is not null;
        // Clamped before they are added: the sum of two absurd numbers must not come out below zero.
        _prompt += Clamp(prompt ?? 0);
        _completion += Clamp(completion ?? 0);
        _cached += Clamp(usage.CachedInputTokenCount ?? 0);
        _reasoning += Clamp(usage.ReasoningTokenCount ?? 0);
    }

    public readonly TokenUsage ToUsage(UsageSource source) => new(Clamp(_prompt), Clamp(_completion))
    {
        CachedTokens = Clamp(_cached),
        ReasoningTokens = Clamp(_reasoning),
        Source = source,
    };

    private static int Clamp(long count) => (int)Math.Clamp(count, 0, int.MaxValue);
}

internal static class TokenUsageExtensions
{
    /// <summary>The numbers of the attempt in the vocabulary of the response; what the vendor said besides is kept.</summary>
    public static UsageDetails ToDetails(this TokenUsage usage, UsageDetails? reported = null)
    {
        var details = reported ?? new UsageDetails();
        details.InputTokenCount = usage.PromptTokens;
        details.OutputTokenCount = usage.CompletionTokens;
        details.TotalTokenCount ??= usage.TotalTokens;
        if (usage.CachedTokens > 0)
            details.CachedInputTokenCount = usage.CachedTokens;
        if (usage.ReasoningTokens > 0)
            details.ReasoningTokenCount = usage.ReasoningTokens;
        return details;
    }
}
