namespace Orchestrator.Tests.DependencyInjection;

/// <summary>Tiers, cache writes, reasoning and currencies in configuration.</summary>
public class PriceSettingsTests
{
    [Fact]
    public void A_row_can_say_all_that_a_price_has()
    {
        var price = Table("""
            { "Base": "Empty", "Currency": "USD", "Models": [ { "Vendor": "google", "Model": "m", "PromptPer1K": 0.002,
              "CompletionPer1K": 0.012,
              "CachedPromptPer1K": 0.0002, "CacheWritePer1K": 0.0025, "ReasoningPer1K": 0.006, "AsOf": "2026-10-07", "Source": "a page",
              "Tiers": [ { "AbovePromptTokens": 200000, "PromptPer1K": 0.004, "CompletionPer1K": 0.018, "CachedPromptPer1K": 0.0004,
                           "CacheWritePer1K": 0.005, "ReasoningPer1K": 0.009 },
                         { "AbovePromptTokens": 500000, "PromptPer1K": 0.008, "CompletionPer1K": 0.03 } ] } ] }
            """).Find("google", "m");
        price.Should().Be(new ModelPrice(0.002m, 0.012m, 0.0002m)
        {
            CacheWritePer1K = 0.0025m,
            ReasoningPer1K = 0.006m,
            AsOf = new DateOnly(2026, 10, 7),
            Source = "a page",
            Tiers =
            [
                new PriceTier(200_000, new ModelPrice(0.004m, 0.018m, 0.0004m) { CacheWritePer1K = 0.005m, ReasoningPer1K = 0.009m }),
                new PriceTier(500_000, new ModelPrice(0.008m, 0.03m)),
            ],
        });
    }

    [Fact]
    public void A_providers_price_can_too() => Settings.Entries("""
        { "Providers": [ { "Name": "a", "Type": "mock", "Price": { "PromptPer1K": 1, "CompletionPer1K": 2, "CacheWritePer1K": 3,
          "ReasoningPer1K": 4,
          "Currency": "usd", "Tiers": [ { "AbovePromptTokens": 5, "PromptPer1K": 6, "CompletionPer1K": 7 } ] } } ] }
        """)[0].Options.Price.Should().Be(new ModelPrice(1m, 2m)
    {
        CacheWritePer1K = 3m,
        ReasoningPer1K = 4m,
        Currency = "USD",
        Tiers = [new PriceTier(5, new ModelPrice(6m, 7m))],
    });

    [Fact]
    public void The_dollar_table_joins_at_a_rate()
    {
        var table = Table("""{ "Base": "Current", "Join": [ "current-usd" ], "Rates": { "usd": { "Rate": 80, "AsOf": "2026-11-01" } } }""");
        table.Currency.Should().Be("RUB");
        table.Find("gigachat", "GigaChat-2-Max")!.PromptPer1K.Should().Be(0.65m);
        table.Find("openai", "gpt-4o")!.PromptPer1K.Should().Be(0.2m);
        table.FromUsd(2m).Should().Be(160m, "what vendors report is converted too");
    }

    [Fact]
    public void A_base_is_converted_at_a_rate()
    {
        Table("""{ "Base": "CurrentUsd" }""").Should().BeSameAs(PricingTable.CurrentUsd);
        var table = Table("""{ "Base": "Current", "Currency": "USD", "Rates": { "RUB": { "Rate": 0.0125, "AsOf": "2026-11-01" } } }""");
        (table.Currency, table.Find("gigachat", "GigaChat-2-Max")!.PromptPer1K).Should().Be(("USD", 0.008125m));
    }

    [Fact]
    public void A_row_can_be_in_another_currency()
    {
        var table = Table("""
            { "Base": "Empty", "Rates": { "USD": { "Rate": 80, "AsOf": "2026-11-01" } },
              "Models": [ { "Vendor": "acme", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 2, "Currency": "USD" } ] }
            """);
        table.CostOf("acme", "m", new TokenUsage(1_000, 1_000)).Should().Be(240m);
    }

    [Theory]
    [InlineData("""{ "Join": [ "CurrentUsd" ] }""",
        "Llm:Prices:Join has CurrentUsd, which is in USD, but the table is in RUB: say under Llm:Prices:Rates:USD what "
        + "one unit of it costs, with the keys Rate and AsOf.")]
    [InlineData("""{ "Join": [ "CurentUsd" ] }""",
        "Llm:Prices:Join must be a list of Default, Current, CurrentUsd, but has \"CurentUsd\". Did you mean CurrentUsd?")]
    [InlineData("""{ "Rates": { "USD": 80 } }""",
        "Llm:Prices:Rates has an entry that must be a section with keys below it, but is a single value.")]
    [InlineData("""{ "Rates": { "USD": { "Rate": 0, "AsOf": "2026-11-01" } } }""",
        "Llm:Prices:Rates:USD:Rate must be a number above 0, with a point, such as 95.5, but was \"0\".")]
    [InlineData("""{ "Rates": { "USD": { "Rate": "95,5", "AsOf": "2026-11-01" } } }""",
        "Llm:Prices:Rates:USD:Rate must be a number above 0, with a point, such as 95.5, but was \"95,5\".")]
    [InlineData("""{ "Rates": { "USD": { "Rate": 80 } } }""", "Llm:Prices:Rates:USD:AsOf is missing; it must be a day as yyyy-MM-dd.")]
    [InlineData("""{ "Rates": { "USD": { "AsOf": "2026-11-01" } } }""",
        "Llm:Prices:Rates:USD:Rate is missing; it must be a number above 0, with a point, such as 95.5.")]
    [InlineData("""{ "Rates": { "USD": { "Rate": 80, "AsOf": "2026-11-01", "Day": 1 } } }""",
        "Llm:Prices:Rates:USD has a key of 3 characters that is not known (not shown: it may be a secret). Known here: AsOf, Rate.")]
    [InlineData("""{ "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1, "Currency": "USD" } ] }""",
        "Llm:Prices:Models:0:Currency is USD, but the table is in RUB and knows no rate: say under Llm:Prices:Rates:USD "
        + "what one unit of it costs, with the keys Rate and AsOf.")]
    [InlineData("""{ "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1, "Currency": "US D" } ] }""",
        "Llm:Prices:Models:0:Currency must be one word such as USD, but was something else (not shown: it may be a secret).")]
    [InlineData("""{ "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1, "CacheWritePer1K": -1 } ] }""",
        "Llm:Prices:Models:0:CacheWritePer1K must be a number of zero or more, with a point, such as 0.4, but was \"-1\".")]
    [InlineData("""{ "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 2e9 } ] }""",
        "Llm:Prices:Models:0:CompletionPer1K must be a number of zero or more, with a point, such as 0.4, but was something "
        + "else (not shown: it may be a secret). The highest price is 1000000000.")]
    [InlineData("""{ "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1, "Tiers": [ { "PromptPer1K": 1,"""
        + """ "CompletionPer1K": 1 } ] } ] }""",
        "Llm:Prices:Models:0:Tiers:0:AbovePromptTokens is missing; it must be a whole number of at least 0.")]
    [InlineData(
        """{ "Models": [ { "Vendor": "v", "Model": "m", "PromptPer1K": 1, "CompletionPer1K": 1, "Tiers": [ { "AbovePromptTokens": 9,"""
        + """ "PromptPer1K": 1, "CompletionPer1K": 1 }, { "AbovePromptTokens": 9, "PromptPer1K": 1, "CompletionPer1K": 1 } ] } ] }""",
        "Llm:Prices:Models:0:Tiers:1:AbovePromptTokens must be more than that of the tier before it. List the tiers from "
        + "short prompts to long ones.")]
    public void What_is_wrong_is_named(string prices, string message) =>
        Settings.Problems($$"""{ "Prices": {{prices}} }""").Should().Equal(message);

    private static PricingTable Table(string prices) => Settings.Options($$"""{ "Prices": {{prices}} }""").Prices;
}
