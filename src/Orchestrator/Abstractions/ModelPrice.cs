namespace Orchestrator;

/// <summary>What 1,000 tokens of one model cost, in the currency of the table that holds it. Immutable.</summary>
/// <remarks>A price is from 0, which means free, to 1,000,000,000. An unknown price has no <see cref="ModelPrice"/> at all.</remarks>
public sealed record ModelPrice
{
    // With prices up to this value and 9 decimals no cost overflows or loses a digit, for all token counts.
    internal const decimal MostPer1K = 1_000_000_000m;

    private readonly decimal _prompt, _completion;
    private readonly WholePrices _whole;
    private readonly decimal? _cached, _write, _reasoning;
    private readonly string? _currency;
    private readonly PriceTiers _tiers = PriceTiers.None;

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
    /// <param name="cachedPromptPer1K">Money for 1,000 cached prompt tokens; <see langword="null"/> when they cost as much as the
    /// others.</param>
    /// <exception cref="ArgumentOutOfRangeException">A price is negative or above 1,000,000,000.</exception>
    public ModelPrice(decimal promptPer1K, decimal completionPer1K, decimal? cachedPromptPer1K = null)
    {
        PromptPer1K = promptPer1K;
        CompletionPer1K = completionPer1K;
        CachedPromptPer1K = cachedPromptPer1K;
    }

    /// <summary>Money for 1,000 prompt tokens.</summary>
    public decimal PromptPer1K
    {
        get => _prompt;
        init => _whole = new(_prompt = InRange(value, nameof(PromptPer1K)), _completion, _cached);
    }

    /// <summary>Money for 1,000 completion tokens.</summary>
    public decimal CompletionPer1K
    {
        get => _completion;
        init => _whole = new(_prompt, _completion = InRange(value, nameof(CompletionPer1K)), _cached);
    }

    /// <summary>Money for 1,000 prompt tokens read from the vendor's cache; <see langword="null"/> when they cost as much as the
    /// others.</summary>
    public decimal? CachedPromptPer1K
    {
        get => _cached;
        init => _whole = new(_prompt, _completion, _cached = value is { } v ? InRange(v, nameof(CachedPromptPer1K)) : null);
    }

    /// <summary>Money for 1,000 prompt tokens written to the vendor's cache; <see langword="null"/> when they cost as much as the
    /// others.</summary>
    public decimal? CacheWritePer1K { get => _write; init => _write = value is { } v ? InRange(v, nameof(CacheWritePer1K)) : null; }

    /// <summary>Money for 1,000 tokens of reasoning; <see langword="null"/> when they cost as much as the rest of the completion.</summary>
    public decimal? ReasoningPer1K { get => _reasoning; init => _reasoning = value is { } v ? InRange(v, nameof(ReasoningPer1K)) : null; }

    /// <summary>Other prices of requests with long prompts, in ascending order. A request is priced whole by the last tier whose number its
    /// prompt exceeds.</summary>
    /// <value>Empty: the prices are those of every request.</value>
    /// <exception cref="ArgumentException">The tiers do not ascend, or one of them has tiers or a currency.</exception>
    public IReadOnlyList<PriceTier> Tiers { get => _tiers; init => _tiers = PriceTiers.Checked(value, nameof(Tiers)); }

    /// <summary>The currency of these prices, where it is not that of the table or router that uses them. Without a rate
    /// (<see cref="PricingTable.WithRate"/>) such a price is an unknown price.</summary>
    /// <value><see langword="null"/>: the currency of the table or router.</value>
    /// <exception cref="ArgumentException">The currency is empty or has white space or control characters in it.</exception>
    public string? Currency { get => _currency; init => _currency = value is null ? null : CurrencyCode.Checked(value, nameof(Currency)); }

    /// <summary>The day the price was valid; <see langword="null"/> when not recorded.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Where the price is published.</summary>
    public string? Source { get; init; }

    /// <summary>The cost of some tokens, unrounded; exact when the prices have at most 9 decimals.</summary>
    /// <param name="usage">The tokens. Parts beyond what they are parts of are ignored.</param>
    /// <returns>Money in <see cref="Currency"/>, or in the table's currency where that is null.</returns>
    public decimal CostOf(TokenUsage usage)
    {
        if (_tiers.Of(usage.PromptTokens) is { } tier)
            return tier.Price.CostOf(usage);
        var cached = Math.Max(0, Math.Min(usage.CachedTokens, usage.PromptTokens));
        var written = Math.Max(0, Math.Min(usage.CacheWriteTokens, usage.PromptTokens - cached));
        if (cached + written == 0 && _reasoning is null && _whole.TryCost(usage.PromptTokens, usage.CompletionTokens, out var cost))
            return cost;
        var money = (usage.PromptTokens - cached - written) * PromptPer1K
            + cached * (CachedPromptPer1K ?? PromptPer1K)
            + usage.CompletionTokens * CompletionPer1K;
        if (written > 0)
            money += written * (CacheWritePer1K ?? PromptPer1K);
        if (ReasoningPer1K is { } thought)
            money += Math.Max(0, Math.Min(usage.ReasoningTokens, usage.CompletionTokens)) * (thought - CompletionPer1K);
        // Multiplication takes a fifth of the time of a division and gives the same number.
        return money == 0 ? 0 : money * 0.001m;
    }

    /// <summary>Whether every token costs the same, whatever the dates and sources.</summary>
    internal bool IsAsHighAs(ModelPrice other) =>
        Parts().SequenceEqual(other.Parts()) && _tiers.Equals(other._tiers);

    /// <summary>The same price in the currency of the table it is for. Its source tells the rate.</summary>
    internal ModelPrice Converted(string from, string to, CurrencyRate rate) => Times(rate.Value) with
    {
        Currency = null,
        Source = $"{Source ?? "no source given"}; {rate.Describe(from, to)}",
    };

    /// <summary>The highest of its prices, those of the tiers too.</summary>
    internal decimal Highest()
    {
        var highest = Parts().Max();
        foreach (var tier in Tiers)
            highest = Math.Max(highest, tier.Price.Highest());
        return highest;
    }

    private decimal[] Parts() =>
    [
        PromptPer1K,
        CompletionPer1K,
        CachedPromptPer1K ?? PromptPer1K,
        CacheWritePer1K ?? PromptPer1K,
        ReasoningPer1K ?? CompletionPer1K,
    ];

    private ModelPrice Times(decimal rate) => this with
    {
        PromptPer1K = PromptPer1K * rate,
        CompletionPer1K = CompletionPer1K * rate,
        CachedPromptPer1K = CachedPromptPer1K * rate,
        CacheWritePer1K = CacheWritePer1K * rate,
        ReasoningPer1K = ReasoningPer1K * rate,
        Tiers = _tiers.Select(tier => tier with { Price = tier.Price.Times(rate) }),
    };

    private static decimal InRange(decimal value, string name) => value switch
    {
        < 0 => throw new ArgumentOutOfRangeException(name, value, $"{name} must be zero or more; leave the price out when it is unknown."),
        > MostPer1K => throw new ArgumentOutOfRangeException(name, value, $"{name} must be at most {MostPer1K:0}; is it per 1,000 tokens?"),
        _ => value,
    };
}
