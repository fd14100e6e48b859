using static Orchestrator.UsdPrices;

namespace Orchestrator;

/// <summary>OpenAI's tariffs for standard processing.</summary>
internal static class UsdPricesOpenAi
{
    private const int LongPrompt = 272_000;

    private static readonly UsdSource Gpt62 = new(OpenAi, new(2026, 11, 18),
        "second-hand: LiteLLM discussion 52347 and LaoZhang API of 18 November 2026, quoting developers.openai.com; "
        + "tariff above 272,000 prompt tokens not seen");

    private static readonly UsdSource Gpt61 = new(OpenAi, new(2026, 10, 13),
        "second-hand: LaoZhang API of 13 October 2026 and codex-token-watch 0.3.3, quoting developers.openai.com; "
        + "tariff above 272,000 prompt tokens not seen");

    private static readonly UsdSource Gpt6 = new(OpenAi, new(2026, 9, 22),
        "second-hand: LiteLLM discussion 42523 and codexometer 0.18.4, quoting developers.openai.com");

    private static readonly UsdSource Gpt6Astra = new(OpenAi, new(2026, 9, 5),
        "second-hand: LiteLLM discussion 39633 and models.dev commit e2f67ad, quoting developers.openai.com");

    private static readonly UsdSource Spring = new(OpenAi, new(2026, 5, 4),
        "second-hand: api-evangelist/openai of 4 May 2026 and simonw/llm-prices commit 0838d1a, quoting developers.openai.com");

    private static readonly UsdSource Older = new(OpenAi, new(2026, 5, 4),
        "second-hand: simonw/llm-prices commit 0838d1a of spring 2026, quoting developers.openai.com");

    private static readonly UsdSource Oldest = new(OpenAi, new(2025, 6, 22),
        "second-hand: pydantic/genai-prices commit b3828d9 of summer 2025, quoting openai.com/api/pricing");

    public static IEnumerable<PricingRow> Rows =>
    [
        Row(Gpt62, "gpt-6.2-astra", 8m, 40m, 0.40m),
        Row(Gpt62, "gpt-6.2-sol", 2m, 10m),
        Row(Gpt61, "gpt-6.1-sol", 2m, 10m, 0.10m),
        Row(Gpt6, "gpt-6-sol", 2m, 10m, 0.20m, 2.50m).Above(LongPrompt, 4m, 15m, 0.40m, 5m),
        Row(Gpt6, "gpt-6-luna", 0.10m, 0.50m, 0.01m, 0.125m).Above(LongPrompt, 0.20m, 0.75m, 0.02m, 0.25m),
        Row(Gpt6Astra, "gpt-6-astra", 10m, 50m, 1m, 12.50m).Above(LongPrompt, 20m, 75m, 2m, 25m),
        Row(Spring, "gpt-5.5", 5m, 30m, 0.50m).Above(LongPrompt, 10m, 45m, 1m),
        Row(Spring, "gpt-5.4", 2.50m, 15m, 0.25m).Above(LongPrompt, 5m, 22.50m, 0.50m),
        Row(Spring, "gpt-5.4-mini", 0.75m, 4.50m, 0.075m),
        Row(Spring, "gpt-5.4-nano", 0.20m, 1.25m, 0.02m),
        Row(Older, "gpt-5.2", 1.75m, 14m, 0.175m),
        Row(Older, "gpt-5.1", 1.25m, 10m, 0.125m),
        Row(Older, "gpt-5", 1.25m, 10m, 0.125m),
        Row(Older, "gpt-5-mini", 0.25m, 2m, 0.025m),
        Row(Older, "gpt-5-nano", 0.05m, 0.40m, 0.005m),
        Row(Older, "gpt-4.1", 2m, 8m, 0.50m),
        Row(Older, "gpt-4.1-mini", 0.40m, 1.60m, 0.10m),
        Row(Older, "gpt-4.1-nano", 0.10m, 0.40m, 0.025m),
        Row(Older, "gpt-4o", 2.50m, 10m, 1.25m),
        Row(Oldest, "gpt-4o-2024-05-13", 5m, 15m),
        Row(Older, "gpt-4o-mini", 0.15m, 0.60m, 0.075m),
        Row(Oldest, "o3", 2m, 8m, 0.50m),
        Row(Older, "o3-mini", 1.10m, 4.40m, 0.55m),
        Row(Older, "o4-mini", 1.10m, 4.40m, 0.275m),
    ];
}
