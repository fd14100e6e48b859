namespace Orchestrator;

/// <summary>The built-in rows, roubles per 1,000 tokens. A test compares them with docs/tokens-and-prices.md.</summary>
internal static class DefaultPrices
{
    public const string GigaChat = "gigachat";
    public const string Yandex = "yandexgpt";
    public const string Ollama = "ollama";

    private const string GigaChatSource = "developers.sber.ru, tariffs for companies, VAT included, as quoted by public repositories";
    private const string YandexSource = "aistudio.yandex.ru, price page, VAT included, as quoted by public repositories";
    private const string OldSource = "Multi-LLM Orchestrator 0.7.0, which gives no date";
    private const string FreeSource = "no vendor charges for it";

    private static readonly DateOnly GigaChatAsOf = new(2026, 2, 1);
    private static readonly DateOnly YandexAsOf = new(2026, 9, 29);

    public static PricingTable CreateCurrent() => PricingTable.Empty("RUB")
        .With(Ollama, PricingTable.AnyModel, Free)
        .With("mock", PricingTable.AnyModel, Free)
        // GigaChat does not bill precached prompt tokens.
        .With(GigaChat, "GigaChat-2", GigaChatTariff(0.065m))
        .With(GigaChat, "GigaChat-2-Pro", GigaChatTariff(0.50m))
        .With(GigaChat, "GigaChat-2-Max", GigaChatTariff(0.65m))
        .With(Yandex, "yandexgpt-5.1", YandexTariff(0.80m, 0.80m))
        .With(Yandex, "yandexgpt-5-pro", YandexTariff(1.20m, 1.20m))
        .With(Yandex, "yandexgpt-5-lite", YandexTariff(0.20m, 0.20m))
        .With(Yandex, "aliceai-llm", YandexTariff(0.50m, 1.20m))
        .With(Yandex, "aliceai-llm-flash", YandexTariff(0.10m, 0.20m, 0.025m))
        .With(Yandex, "deepseek-v4-flash", YandexTariff(0.30m, 0.50m, 0.075m))
        .With(Yandex, "qwen3-235b-a22b-fp8", YandexTariff(0.50m, 0.50m))
        .With(Yandex, "qwen3.6-35b-a3b", YandexTariff(0.20m, 0.30m, 0.05m))
        .With(Yandex, "gpt-oss-120b", YandexTariff(0.30m, 0.30m))
        .With(Yandex, "gpt-oss-20b", YandexTariff(0.10m, 0.10m));

    public static PricingTable CreateDefault() => CreateCurrent()
        .Set(GigaChat, "GigaChat", Old(1.00m), isOld: true)
        .Set(GigaChat, "GigaChat-Pro", Old(2.00m), isOld: true)
        .Set(GigaChat, "GigaChat-Plus", Old(1.50m), isOld: true)
        .Set(Yandex, "yandexgpt/latest", Old(1.50m), isOld: true)
        .Set(Yandex, "yandexgpt-lite/latest", Old(0.75m), isOld: true);

    private static ModelPrice Free => new(0m) { Source = FreeSource };

    private static ModelPrice Old(decimal per1K) => new(per1K) { Source = OldSource };

    private static ModelPrice GigaChatTariff(decimal per1K) =>
        new(per1K, per1K, cachedPromptPer1K: 0m) { AsOf = GigaChatAsOf, Source = GigaChatSource };

    private static ModelPrice YandexTariff(decimal prompt, decimal completion, decimal? cached = null) =>
        new(prompt, completion, cached) { AsOf = YandexAsOf, Source = YandexSource };
}
