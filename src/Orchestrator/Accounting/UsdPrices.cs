namespace Orchestrator;

/// <summary>
/// The built-in rows in US dollars. They are written per 1,000,000 tokens, as vendors publish them. Standard processing: no batch, flex,
/// priority or regional tariff. A test compares them with docs/tokens-and-prices.md.
/// </summary>
internal static class UsdPrices
{
    public const string OpenAi = "openai";
    public const string Anthropic = "anthropic";
    public const string DeepSeek = "deepseek";
    public const string Google = "google";
    public const string Mistral = "mistral";
    public const string XAi = "xai";
    public const string Groq = "groq";

    public static PricingTable Create()
    {
        var table = PricingTable.Empty(CurrencyCode.UsDollar);
        foreach (var row in UsdPricesOpenAi.Rows.Concat(UsdPricesAnthropic.Rows).Concat(UsdPricesOthers.Rows))
            table = table.With(row.Vendor, row.Model, row.Price);
        return table;
    }

    /// <summary>A row without tiers.</summary>
    public static PricingRow Row(
        UsdSource source, string model, decimal prompt, decimal completion, decimal? cached = null, decimal? write = null) =>
        new(source.Vendor, model, Price(prompt, completion, cached, write) with { AsOf = source.AsOf, Source = source.Text });

    /// <summary>The row with other prices for long prompts.</summary>
    public static PricingRow Above(
        this PricingRow row, int tokens, decimal prompt, decimal completion, decimal? cached = null, decimal? write = null) =>
        row with { Price = row.Price with { Tiers = [new PriceTier(tokens, Price(prompt, completion, cached, write))] } };

    private static ModelPrice Price(decimal prompt, decimal completion, decimal? cached, decimal? write) =>
        new(PerThousand(prompt), PerThousand(completion), cached is { } c ? PerThousand(c) : null)
        {
            CacheWritePer1K = write is { } w ? PerThousand(w) : null,
        };

    private static decimal PerThousand(decimal perMillion) => perMillion * 0.001m;
}

/// <summary>Where rows of one vendor were read, and the day they were valid.</summary>
internal sealed record UsdSource(string Vendor, DateOnly AsOf, string Text);
