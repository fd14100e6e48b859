namespace Orchestrator;

/// <summary>The tokens of one attempt. The prompt includes cached tokens, the completion includes reasoning,
/// however the vendor counts.</summary>
/// <param name="PromptTokens">Tokens of the prompt, those read from or written to a cache included.</param>
/// <param name="CompletionTokens">Tokens of the answer, reasoning included.</param>
public readonly record struct TokenUsage(int PromptTokens, int CompletionTokens)
{
    /// <summary>The part of <see cref="PromptTokens"/> the vendor had cached.</summary>
    public int CachedTokens { get; init; }

    /// <summary>The part of <see cref="PromptTokens"/> the vendor put into its cache; some vendors charge more for it. None of it is in
    /// <see cref="CachedTokens"/>.</summary>
    public int CacheWriteTokens { get; init; }

    /// <summary>The part of <see cref="CompletionTokens"/> the model spent on reasoning.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>Where the numbers come from. When one half was reported and the other counted, the less certain source.</summary>
    public UsageSource Source { get; init; }

    /// <summary>Prompt and completion together.</summary>
    public long TotalTokens => (long)PromptTokens + CompletionTokens;
}
