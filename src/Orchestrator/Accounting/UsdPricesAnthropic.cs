using static Orchestrator.UsdPrices;

namespace Orchestrator;

/// <summary>Anthropic's tariffs. What is written to a cache costs that of five minutes; an hour's is not told apart.</summary>
internal static class UsdPricesAnthropic
{
    private static readonly UsdSource Page = new(Anthropic, new(2026, 10, 24),
        "platform.claude.com, price page and model pages as stored publicly; second-hand: unchanged on 24 October 2026 by claudit 1.9.2");

    private static readonly UsdSource Told = new(Anthropic, new(2026, 10, 24),
        "second-hand: claudit 1.9.2 of 24 October 2026 and PromptFuel 1.0.23, quoting platform.claude.com");

    private static readonly UsdSource Older = new(Anthropic, new(2026, 2, 28),
        "platform.claude.com, price page as stored publicly in early 2026");

    public static IEnumerable<PricingRow> Rows =>
    [
        Row(Page, "claude-fable-5-1", 10m, 50m, 0.25m, 12.50m),
        Row(Page, "claude-opus-5-5", 4m, 20m, 0.20m, 5m),
        Row(Page, "claude-opus-5", 5m, 25m, 0.50m, 6.25m),
        Row(Page, "claude-opus-4-8", 5m, 25m, 0.50m, 6.25m),
        Row(Page, "claude-opus-4-7", 5m, 25m, 0.50m, 6.25m),
        Row(Page, "claude-opus-4-6", 5m, 25m, 0.50m, 6.25m),
        Row(Page, "claude-opus-4-5", 5m, 25m, 0.50m, 6.25m),
        Row(Page, "claude-opus-4-1", 15m, 75m, 1.50m, 18.75m),
        Row(Told, "claude-sonnet-5-5", 2m, 10m, 0.10m, 2.50m),
        Row(Told, "claude-sonnet-5", 2m, 10m, 0.20m, 2.50m),
        Row(Older, "claude-sonnet-4-6", 3m, 15m, 0.30m, 3.75m),
        Row(Older, "claude-sonnet-4-5", 3m, 15m, 0.30m, 3.75m),
        Row(Older, "claude-sonnet-4", 3m, 15m, 0.30m, 3.75m),
        Row(Told, "claude-haiku-5-5", 0.10m, 0.50m, 0.01m, 0.125m).Above(100_000, 0.50m, 2.50m, 0.05m, 0.625m),
        Row(Older, "claude-haiku-4-5", 1m, 5m, 0.10m, 1.25m),
        Row(Older, "claude-3-5-haiku", 0.80m, 4m, 0.08m, 1m),
    ];
}
