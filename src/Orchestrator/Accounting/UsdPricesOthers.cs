using static Orchestrator.UsdPrices;

namespace Orchestrator;

/// <summary>The tariffs of DeepSeek, Google, Mistral, xAI and Groq.</summary>
internal static class UsdPricesOthers
{
    private static readonly UsdSource DeepSeekPeak = new(DeepSeek, new(2026, 10, 27),
        "second-hand: deepseek-api-pricing-2026 of 27 October 2026, quoting api-docs.deepseek.com; the price of peak "
        + "hours, half of it at other times");

    private static readonly UsdSource GeminiPage = new(UsdPrices.Google, new(2026, 10, 7),
        "second-hand: api-evangelist/deepmind of 7 October 2026 and models.dev, quoting ai.google.dev; doubles on 1 January 2027");

    private static readonly UsdSource Gemini = new(UsdPrices.Google, new(2026, 10, 7),
        "second-hand: api-evangelist/deepmind of 7 October 2026 and simonw/llm-prices, quoting ai.google.dev");

    private static readonly UsdSource GeminiOlder = new(UsdPrices.Google, new(2026, 7, 21),
        "second-hand: simonw/llm-prices commit 014a62d of summer 2026, quoting ai.google.dev");

    private static readonly UsdSource MistralLarge4 = new(Mistral, new(2026, 10, 6),
        "second-hand: models.dev commit d89d776 of 6 October 2026, quoting docs.mistral.ai; half the list price while in preview");

    private static readonly UsdSource MistralAugust = new(Mistral, new(2026, 8, 24),
        "second-hand: pydantic/genai-prices commit 03c250d, checked on 24 August 2026 with mistral.ai/pricing");

    private static readonly UsdSource MistralJune = new(Mistral, new(2026, 6, 9),
        "second-hand: pydantic/genai-prices commit 03c250d, checked on 9 June 2026 with mistral.ai/pricing");

    private static readonly UsdSource Grok47 = new(XAi, new(2026, 9, 29),
        "second-hand: apidog.com of 29 September 2026, quoting docs.x.ai");

    private static readonly UsdSource Grok45 = new(XAi, new(2026, 7, 8),
        "second-hand: pydantic/genai-prices commit 05e4aca, checked on 8 July 2026 with docs.x.ai; tariff of long prompts not seen");

    private static readonly UsdSource Grok4 = new(XAi, new(2026, 6, 9),
        "second-hand: pydantic/genai-prices commit 05e4aca, checked between 12 May and 9 June 2026 with docs.x.ai; "
        + "tariff of long prompts not seen");

    private static readonly UsdSource GrokFast = new(XAi, new(2026, 1, 19),
        "second-hand: pydantic/genai-prices commit 05e4aca, checked on 19 January 2026 with docs.x.ai");

    private static readonly UsdSource GroqOss = new(Groq, new(2026, 5, 27),
        "second-hand: models.dev commit 3beb135 of 27 May 2026, quoting groq.com/pricing");

    private static readonly UsdSource GroqQwen = new(Groq, new(2026, 8, 29),
        "second-hand: models.dev commit b035760 of 29 August 2026, quoting groq.com/pricing");

    private static readonly UsdSource GroqLlama = new(Groq, new(2025, 1, 1),
        "second-hand: victor/inference-metrics of January 2025 and the crate aicost 0.2.4, quoting groq.com/pricing");

    public static IEnumerable<PricingRow> Rows => DeepSeekRows.Concat(GoogleRows).Concat(MistralRows).Concat(XAiRows).Concat(GroqRows);

    private static IEnumerable<PricingRow> DeepSeekRows =>
    [
        Row(DeepSeekPeak, "deepseek-flash", 0.30m, 1.20m, 0.006m),
        Row(DeepSeekPeak, "deepseek-v4-pro", 1.32m, 3.96m, 0.044m),
    ];

    private static IEnumerable<PricingRow> GoogleRows =>
    [
        Row(GeminiPage, "gemini-3.8-flash", 0.75m, 3.75m, 0.075m),
        Row(Gemini, "gemini-3.5-flash", 1.50m, 9m, 0.15m),
        Row(Gemini, "gemini-3.5-flash-lite", 0.30m, 2.50m, 0.03m),
        Row(Gemini, "gemini-3.1-pro-preview", 2m, 12m, 0.20m).Above(200_000, 4m, 18m, 0.40m),
        Row(GeminiOlder, "gemini-3.1-flash-lite-preview", 0.25m, 1.50m, 0.025m),
        Row(GeminiOlder, "gemini-3-flash-preview", 0.50m, 3m),
        Row(Gemini, "gemini-2.5-pro", 1.25m, 10m, 0.125m).Above(200_000, 2.50m, 15m, 0.25m),
        Row(Gemini, "gemini-2.5-flash", 0.30m, 2.50m, 0.03m),
        Row(Gemini, "gemini-2.5-flash-lite", 0.10m, 0.40m, 0.01m),
    ];

    private static IEnumerable<PricingRow> MistralRows =>
    [
        Row(MistralLarge4, "mistral-large-4", 0.68m, 2.09m, 0.07m),
        Row(MistralLarge4, "mistral-large-4-0", 0.68m, 2.09m, 0.07m),
        Row(MistralJune, "mistral-large-2512", 0.50m, 1.50m, 0.05m),
        Row(MistralAugust, "mistral-medium-3-5", 1.50m, 7.50m, 0.15m),
        Row(MistralAugust, "mistral-medium-3.5", 1.50m, 7.50m, 0.15m),
        Row(MistralAugust, "mistral-medium-latest", 1.50m, 7.50m, 0.15m),
        Row(MistralAugust, "mistral-medium-2508", 0.40m, 2m, 0.04m),
        Row(MistralJune, "mistral-small-2603", 0.15m, 0.60m, 0.015m),
        Row(MistralJune, "codestral-2508", 0.30m, 0.90m, 0.03m),
        Row(MistralJune, "devstral-2512", 0.40m, 2m, 0.04m),
        Row(MistralJune, "ministral-14b-2512", 0.20m, 0.20m, 0.02m),
        Row(MistralAugust, "ministral-8b-2512", 0.15m, 0.15m, 0.015m),
        Row(MistralJune, "ministral-3b-2512", 0.10m, 0.10m, 0.01m),
    ];

    private static IEnumerable<PricingRow> XAiRows =>
    [
        // "200,000 and above".
        Row(Grok47, "grok-4.7", 2m, 6m, 0.50m).Above(199_999, 4m, 12m, 1m),
        Row(Grok45, "grok-4.5", 2m, 6m, 0.50m),
        Row(Grok4, "grok-4.3", 1.25m, 2.50m, 0.20m),
        Row(Grok4, "grok-4.20", 1.25m, 2.50m, 0.20m),
        Row(Grok4, "grok-build-0.1", 1m, 2m, 0.20m),
        Row(GrokFast, "grok-4-1-fast", 0.20m, 0.50m, 0.05m),
        Row(GrokFast, "grok-4-1-fast-reasoning", 0.20m, 0.50m, 0.05m),
        Row(GrokFast, "grok-4-1-fast-non-reasoning", 0.20m, 0.50m, 0.05m),
        Row(GrokFast, "grok-code-fast-1", 0.20m, 1.50m, 0.02m),
    ];

    private static IEnumerable<PricingRow> GroqRows =>
    [
        Row(GroqOss, "openai/gpt-oss-120b", 0.15m, 0.60m, 0.075m),
        Row(GroqOss, "openai/gpt-oss-20b", 0.075m, 0.30m, 0.0375m),
        Row(GroqQwen, "qwen/qwen3.8-27b", 0.80m, 4m, 0.40m),
        Row(GroqLlama, "llama-3.3-70b-versatile", 0.59m, 0.79m),
        Row(GroqLlama, "llama-3.1-8b-instant", 0.05m, 0.08m),
    ];
}
