using System.Globalization;

namespace Orchestrator.Tests.Accounting;

/// <summary>The built-in rows in US dollars.</summary>
public class UsdPricesTests
{
    [Fact]
    public void Every_main_vendor_is_there_in_dollars()
    {
        PricingTable.CurrentUsd.Currency.Should().Be("USD");
        PricingTable.CurrentUsd.Rows.Select(row => row.Vendor).Distinct().Should()
            .BeEquivalentTo("openai", "anthropic", "deepseek", "google", "mistral", "xai", "groq");
    }

    [Fact]
    public void Every_row_has_a_day_and_a_source()
    {
        foreach (var row in PricingTable.CurrentUsd.Rows)
        {
            row.Price.AsOf.Should().BeAfter(new DateOnly(2024, 12, 31), row.Model).And.BeBefore(new DateOnly(2026, 12, 1), row.Model);
            row.Price.Source.Should().NotBeNullOrWhiteSpace(row.Model);
        }
    }

    [Fact]
    public void Prices_stand_to_each_other_as_vendors_prices_do()
    {
        foreach (var row in PricingTable.CurrentUsd.Rows)
        {
            var last = row.Price;
            Plausible(row.Model, last);
            foreach (var tier in row.Price.Tiers)
            {
                tier.AbovePromptTokens.Should().BeInRange(99_999, 300_000, row.Model);
                Plausible(row.Model, tier.Price);
                tier.Price.PromptPer1K.Should().BeGreaterThan(last.PromptPer1K, row.Model);
                tier.Price.CompletionPer1K.Should().BeGreaterThan(last.CompletionPer1K, row.Model);
                (tier.Price.CachedPromptPer1K is null).Should().Be(last.CachedPromptPer1K is null, row.Model);
                (tier.Price.CacheWritePer1K is null).Should().Be(last.CacheWritePer1K is null, row.Model);
                last = tier.Price;
            }
        }

        static void Plausible(string model, ModelPrice price)
        {
            price.PromptPer1K.Should().BeInRange(0.00001m, 0.05m, $"{model} is per 1,000 tokens");
            price.CompletionPer1K.Should().BeGreaterThanOrEqualTo(price.PromptPer1K, model).And.BeLessThan(0.2m, model);
            if (price.CachedPromptPer1K is { } cached)
                cached.Should().BeLessThan(price.PromptPer1K, model);
            if (price.CacheWritePer1K is { } write)
                write.Should().BeGreaterThan(price.PromptPer1K, model);
        }
    }

    [Theory]
    [InlineData("openai", "gpt-4o-2024-08-06", "0.0025")]
    [InlineData("openai", "gpt-4o-2024-05-13", "0.005")]
    [InlineData("OpenAI", "GPT-4o-mini-2024-07-18", "0.00015")]
    [InlineData("openai", "o4-mini-2025-04-16", "0.0011")]
    [InlineData("anthropic", "claude-sonnet-4-5-20250929", "0.003")]
    [InlineData("anthropic", "claude-haiku-4-5", "0.001")]
    [InlineData("anthropic", "claude-3-5-haiku-latest", "0.0008")]
    [InlineData("google", "models/gemini-2.5-pro", "0.00125")]
    [InlineData("gcp.gemini", "gemini-2.5-flash", "0.0003")]
    [InlineData("gemini", "models/gemini-2.5-flash", "0.0003")]
    [InlineData("xai", "grok-4.3-latest", "0.00125")]
    [InlineData("x_ai", "grok-4.3", "0.00125")]
    [InlineData("mistral_ai", "mistral-large-2512", "0.0005")]
    [InlineData("groq", "openai/gpt-oss-20b", "0.000075")]
    [InlineData("openai", "gpt-4o-2024-13-40", "")]
    [InlineData("openai", "gpt-4o-audio-preview-2024-12-17", "")]
    [InlineData("openai", "-2024-08-06", "")]
    [InlineData("anthropic", "claude-sonnet-4-5-2025", "")]
    [InlineData("deepseek", "deepseek-flash-2026-10-17", "")]
    [InlineData("openrouter", "openai/gpt-4o", "")]
    public void Names_of_snapshots_and_vendors_find_their_model(string vendor, string model, string prompt) =>
        PricingTable.CurrentUsd.Find(vendor, model)?.PromptPer1K.ToString("0.######", CultureInfo.InvariantCulture)
            .Should().Be(prompt.Length == 0 ? null : prompt);

    [Fact]
    public void A_row_of_the_users_own_wins_over_the_known_name_of_its_vendor()
    {
        var table = PricingTable.CurrentUsd.With("gemini", "gemini-2.5-pro", new ModelPrice(7m));
        table.Find("gemini", "gemini-2.5-pro")!.PromptPer1K.Should().Be(7m);
        table.Find("google", "gemini-2.5-pro")!.PromptPer1K.Should().Be(0.00125m);
    }

    [Fact]
    public void The_documentation_lists_every_row()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryRoot(), "docs", "tokens-and-prices.md"))
            .SkipWhile(line => line != "### Rows in US dollars")
            .TakeWhile(line => line != "### How a model is found")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => string.Join('|', line.Split('|', StringSplitOptions.TrimEntries).Skip(1).Take(7)));
        page.Should().BeEquivalentTo(PricingTable.CurrentUsd.Rows.SelectMany(Lines));

        static IEnumerable<string> Lines(PricingRow row) => row.Price.Tiers
            .Select(tier =>
                Line($"`{row.Vendor}`|`{row.Model}`, above {tier.AbovePromptTokens.ToString("N0", CultureInfo.InvariantCulture)}",
                    tier.Price, row.Price.AsOf))
            .Prepend(Line($"`{row.Vendor}`|`{row.Model}`", row.Price, row.Price.AsOf));

        static string Line(string name, ModelPrice price, DateOnly? day) => string.Join(
            '|',
            name,
            Cell(price.PromptPer1K),
            Cell(price.CompletionPer1K),
            Cell(price.CachedPromptPer1K),
            Cell(price.CacheWritePer1K),
            day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

        static string Cell(decimal? per1K) => per1K is { } money ? (money * 1000).ToString("0.00##", CultureInfo.InvariantCulture) : "–";
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("Orchestrator.sln was expected in a folder above the tests.");
        return folder.FullName;
    }
}
