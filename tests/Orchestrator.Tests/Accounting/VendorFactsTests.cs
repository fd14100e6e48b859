using System.Text.Json;

namespace Orchestrator.Tests.Accounting;

public class VendorFactsTests
{
    [Fact]
    public void Every_vendor_with_a_file_is_read()
    {
        VendorFacts.All.Select(facts => facts.Vendor).Should().BeEquivalentTo(
            "anthropic", "deepseek", "gigachat", "google", "groq", "mistral", "mock", "ollama", "openai", "xai", "yandexgpt");
        VendorFacts.All.Should().OnlyContain(facts => facts.Prices.Count > 0 && (facts.Currency == "RUB" || facts.Currency == "USD"));
    }

    [Theory]
    [InlineData("yandexgpt", "gpt://b1g/yandexgpt/rc", "gpt://b1g/yandexgpt/rc", "yandexgpt/rc", "yandexgpt-5.1")]
    [InlineData("yandexgpt", "gpt://b1g/yandexgpt-lite/latest", "gpt://b1g/yandexgpt-lite/latest", "yandexgpt-lite", "yandexgpt-5-lite")]
    [InlineData("gigachat", "GigaChat-Pro-preview:1.0", "GigaChat-Pro-preview:1.0", "GigaChat-Pro-preview", "GigaChat-Pro",
        "GigaChat-2-Pro")]
    [InlineData("openai", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06", "gpt-4o")]
    [InlineData("anthropic", "claude-opus-4-1-20250805", "claude-opus-4-1-20250805", "claude-opus-4-1")]
    [InlineData("anthropic", "claude-3-5-haiku-latest", "claude-3-5-haiku-latest", "claude-3-5-haiku")]
    [InlineData("google", "models/gemini-2.5-pro", "models/gemini-2.5-pro", "gemini-2.5-pro")]
    [InlineData("xai", "grok-4.7-latest", "grok-4.7-latest", "grok-4.7")]
    [InlineData("deepseek", "deepseek-flash-latest", "deepseek-flash-latest")]
    [InlineData("my-own", "m:latest", "m:latest")]
    public void Names_are_looked_up_from_the_most_specific_on(string vendor, string model, params string[] expected) =>
        VendorFacts.Of(vendor).Names.Candidates(model).Distinct().Should().Equal(expected);

    [Fact]
    public void Vendors_are_known_by_the_keys_of_other_libraries_too()
    {
        VendorFacts.KeyOf("gcp.gemini").Should().Be("google");
        VendorFacts.KeyOf("X_AI").Should().Be("xai");
        VendorFacts.KeyOf("my-own").Should().Be("my-own");
    }

    [Fact]
    public void What_an_unknown_vendor_does_is_unknown() => VendorFacts.Of("my-own").Should().BeSameAs(VendorFacts.Of("another"));

    [Fact]
    public void How_vendors_treat_a_prompt_is_in_their_files()
    {
        VendorFacts.All.Where(facts => facts.CutsLongPrompts).Select(facts => facts.Vendor).Should().Equal("ollama");
        VendorFacts.All.Where(facts => facts.SendsThoughts).Select(facts => facts.Vendor).Should().Equal("ollama");
        VendorFacts.All.Where(facts => facts.LeavesOutUncallableTools).Select(facts => facts.Vendor).Should().Equal("ollama");
        VendorFacts.Of("gigachat").Family!.Template.Should().Be(new MessageTemplate(4, 7));
        VendorFacts.Of("yandexgpt").Family!.Template.Should().Be(new MessageTemplate(4, 10));
        VendorFacts.Of("yandexgpt").Family!.Cyrillic.Should().Be(1_000_000 * 10 / 47);
        VendorFacts.Of("gigachat").Family!.Cyrillic.Should().Be(1_000_000 * 10 / 35);
    }

    [Fact]
    public void Families_have_the_rates_they_were_measured_with()
    {
        ModelFamily.Unknown.Cyrillic.Should().Be(400_000);
        ModelFamily.O200k.Cyrillic.Should().Be(1_000_000 * 10 / 39);
        ModelFamily.Qwen.Cyrillic.Should().Be(1_000_000 * 10 / 33);
        ModelFamily.SentencePiece32K.Cyrillic.Should().Be(1_000_000 * 100 / 285);
        ModelFamily.Unknown.Ideograph.Should().Be(1_000_000);
        ModelFamily.Qwen.Ideograph.Should().Be(1_000_000 * 10 / 15);
        ModelFamily.O200k.Ideograph.Should().Be(1_000_000 * 10 / 13);
        ModelFamily.Llama3.Ideograph.Should().Be(1_000_000 * 10 / 12);
    }

    [Fact]
    public void Money_is_read_exactly()
    {
        var facts = Read("""
            {"currency":"USD","perTokens":1000000,"prices":[{"asOf":"2026-01-02","models":{"m":{"prompt":0.075,"completion":1,
            "cached":0.0375,"cacheWrite":2,"reasoning":3,"above":[{"tokens":5,"prompt":7,"completion":9}]}}}]}
            """);

        var (row, isOld) = facts.Prices.Should().ContainSingle().Subject;
        isOld.Should().BeFalse();
        row.Should().Be(new PricingRow("v", "m", new ModelPrice(0.000075m, 0.001m, 0.0000375m)
        {
            CacheWritePer1K = 0.002m,
            ReasoningPer1K = 0.003m,
            AsOf = new DateOnly(2026, 1, 2),
            Tiers = [new PriceTier(5, new ModelPrice(0.007m, 0.009m))],
        }));
    }

    [Theory]
    [InlineData("""{"price":[]}""", "price")]
    [InlineData("""{"names":{"alias":{}},"prices":[]}""", "alias")]
    [InlineData("""{"tokenizer":{"cyrillic":2},"prices":[]}""", "cyrillic")]
    [InlineData("""{"prices":[{"day":"2026-01-02","models":{}}]}""", "day")]
    [InlineData("""{"prices":[{"models":{"m":{"promt":1}}}]}""", "promt")]
    public void A_mistyped_key_is_a_mistake(string file, string key) =>
        FluentActions.Invoking(() => Read(file)).Should().Throw<JsonException>().WithMessage($"*'{key}'*");

    private static VendorFacts Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return VendorFactsReader.Read(document.RootElement, "v");
    }
}
