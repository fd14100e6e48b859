namespace Orchestrator.Soak;

/// <summary>Prices with awkward decimals, one model free and one unknown; and the bill worked out without the library.</summary>
internal static class SoakPrices
{
    private static readonly Dictionary<string, (decimal Prompt, decimal Completion)> Rows = new(StringComparer.Ordinal)
    {
        ["alpha-1"] = (1.5m, 1.5m),
        ["beta-1"] = (0.123456789m, 2.000000001m),
        ["gamma-1"] = (0.75m, 0.333m),
        ["delta-1"] = (0m, 0m),
        ["narrow-1"] = (3m, 7.07m),
        ["narrower-1"] = (0.01m, 0.07m),
    };

    public static PricingTable Table { get; } =
        Rows.Aggregate(
            PricingTable.Empty(), (table, row) => table.With("soak", row.Key, new ModelPrice(row.Value.Prompt, row.Value.Completion)));

    public static decimal? CostOf(LlmAttempt attempt) =>
        Rows.TryGetValue(attempt.Provider.Model, out var price)
            ? ((attempt.Usage.PromptTokens * price.Prompt) + (attempt.Usage.CompletionTokens * price.Completion)) / 1000m
            : null;
}
