namespace Orchestrator;

/// <summary>What 1,000 tokens of one model cost, in the currency of the table that holds it. Immutable.</summary>
/// <remarks>A price is from 0, which means free, to 1,000,000,000. An unknown price has no <see cref="ModelPrice"/> at all.</remarks>
public sealed record ModelPrice
{
    // Up to here a cost can neither overflow nor, with at most 9 decimals in the price, lose a digit, whatever the token counts.
    private const decimal Highest = 1_000_000_000m;

    private readonly decimal _prompt, _completion;
    private readonly decimal? _cached;

    /// <summary>One price for prompt and completion alike.</summary>
    /// <param name="per1K">Money for 1,000 tokens; zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The price is negative or above 1,000,000,000.</exception>
    public ModelPrice(decimal per1K)
        : this(per1K, per1K)
    {
    }

    /// <summary>Separate prices for prompt and completion.</summary>
    /// <param name="promptPer1K">Money for 1,000 prompt tokens; zero or more.</param>
    /// <param name="completionPer1K">Money for 1,000 completion tokens; zero or more.</param>
    /// <param name="cachedPromptPer1K">Money for 1,000 cached prompt tokens; <see langword="null"/> when they cost as much as the others.</param>
    /// <exception cref="ArgumentOutOfRangeException">A price is negative or above 1,000,000,000.</exception>
    public ModelPrice(decimal promptPer1K, decimal completionPer1K, decimal? cachedPromptPer1K = null)
    {
        PromptPer1K = promptPer1K;
        CompletionPer1K = completionPer1K;
        CachedPromptPer1K = cachedPromptPer1K;
    }

    /// <summary>Money for 1,000 prompt tokens.</summary>
    public decimal PromptPer1K { get => _prompt; init => _prompt = InRange(value, nameof(PromptPer1K)); }

    /// <summary>Money for 1,000 completion tokens.</summary>
    public decimal CompletionPer1K { get => _completion; init => _completion = InRange(value, nameof(CompletionPer1K)); }

    /// <summary>Money for 1,000 cached prompt tokens; <see langword="null"/> when they cost as much as the others.</summary>
    public decimal? CachedPromptPer1K { get => _cached; init => _cached = value is { } v ? InRange(v, nameof(CachedPromptPer1K)) : null; }

    /// <summary>The day the price was valid; <see langword="null"/> when not recorded.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Where the price is published.</summary>
    public string? Source { get; init; }

    /// <summary>The cost of some tokens, unrounded; exact when the prices have at most 9 decimals.</summary>
    /// <param name="usage">The tokens. Cached tokens beyond the prompt are ignored.</param>
    /// <returns>Money in the table's currency.</returns>
    public decimal CostOf(TokenUsage usage)
    {
        var cached = Math.Max(0, Math.Min(usage.CachedTokens, usage.PromptTokens));
        var money = (usage.PromptTokens - cached) * PromptPer1K
            + cached * (CachedPromptPer1K ?? PromptPer1K)
            + usage.CompletionTokens * CompletionPer1K;
        // A fifth of the time of a division, and the same number.
        return money == 0 ? 0 : money * 0.001m;
    }

    /// <summary>Whether every token costs the same, whatever the dates and sources.</summary>
    internal bool IsAsHighAs(ModelPrice other) =>
        (PromptPer1K, CompletionPer1K, CachedPromptPer1K ?? PromptPer1K)
        == (other.PromptPer1K, other.CompletionPer1K, other.CachedPromptPer1K ?? other.PromptPer1K);

    private static decimal InRange(decimal value, string name) => value switch
    {
        < 0 => throw new ArgumentOutOfRangeException(name, value, $"{name} must be zero or more; leave the price out when it is unknown."),
        > Highest => throw new ArgumentOutOfRangeException(name, value, $"{name} must be at most {Highest:0}; is it per 1,000 tokens?"),
        _ => value,
    };
}
