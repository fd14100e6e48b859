namespace Orchestrator.Tests.Stress;

/// <summary>Prices with awkward decimals, one model free and one unknown; and the bill worked out without the library.</summary>
internal static class StressPrices
{
    private static readonly Dictionary<string, (decimal Prompt, decimal Completion)> Rows = new()
    {
        ["alpha-1"] = (1.50m, 1.50m),
        ["alpha-2"] = (0.123456789m, 2.000000001m),
        ["beta-1"] = (0.75m, 0.333m),
        ["delta-1"] = (0m, 0m),
        ["epsilon-1"] = (3m, 7.07m),
    };

    public static PricingTable Table { get; } =
        Rows.Aggregate(
            PricingTable.Empty(), (table, row) => table.With("stress", row.Key, new ModelPrice(row.Value.Prompt, row.Value.Completion)));

    public static decimal? CostOf(LlmAttempt attempt) =>
        Rows.TryGetValue(attempt.Provider.Model, out var price)
            ? ((attempt.Usage.PromptTokens * price.Prompt) + (attempt.Usage.CompletionTokens * price.Completion)) / 1000m
            : null;
}
