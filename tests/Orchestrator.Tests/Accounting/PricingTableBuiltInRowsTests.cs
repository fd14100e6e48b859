using System.Globalization;

namespace Orchestrator.Tests.Accounting;

public class PricingTableBuiltInRowsTests
{
    /// <summary>Today's tariffs: vendor, model, prompt, completion, cached ("" where cached tokens cost as much), the day.</summary>
    public static TheoryData<string, string, string, string, string, string> Tariffs => new()
    {
        { "gigachat", "GigaChat-2", "0.065", "0.065", "0", "2026-02-01" },
        { "gigachat", "GigaChat-2-Pro", "0.50", "0.50", "0", "2026-02-01" },
        { "gigachat", "GigaChat-2-Max", "0.65", "0.65", "0", "2026-02-01" },
        { "yandexgpt", "yandexgpt-5.1", "0.80", "0.80", "", "2026-09-29" },
        { "yandexgpt", "yandexgpt-5-pro", "1.20", "1.20", "", "2026-09-29" },
        { "yandexgpt", "yandexgpt-5-lite", "0.20", "0.20", "", "2026-09-29" },
        { "yandexgpt", "aliceai-llm", "0.50", "1.20", "", "2026-09-29" },
        { "yandexgpt", "aliceai-llm-flash", "0.10", "0.20", "0.025", "2026-09-29" },
        { "yandexgpt", "deepseek-v4-flash", "0.30", "0.50", "0.075", "2026-09-29" },
        { "yandexgpt", "qwen3-235b-a22b-fp8", "0.50", "0.50", "", "2026-09-29" },
        { "yandexgpt", "qwen3.6-35b-a3b", "0.20", "0.30", "0.05", "2026-09-29" },
        { "yandexgpt", "gpt-oss-120b", "0.30", "0.30", "", "2026-09-29" },
        { "yandexgpt", "gpt-oss-20b", "0.10", "0.10", "", "2026-09-29" },
    };

    /// <summary>The rows of 0.7.0: vendor, model, their price, and today's ("" where there is none).</summary>
    public static TheoryData<string, string, string, string> OldRows => new()
    {
        { "gigachat", "GigaChat", "1.00", "0.065" },
        { "gigachat", "GigaChat-Pro", "2.00", "0.50" },
        { "gigachat", "GigaChat-Plus", "1.50", "" },
        { "yandexgpt", "yandexgpt/latest", "1.50", "1.20" },
        { "yandexgpt", "yandexgpt-lite/latest", "0.75", "0.20" },
    };

    [Theory]
    [MemberData(nameof(Tariffs))]
    public void Todays_tariffs_are_in_both_tables(string vendor, string model, string prompt, string completion, string cached, string day)
    {
        foreach (var table in new[] { PricingTable.Default, PricingTable.Current })
        {
            var price = table.Find(vendor, model)!;

            price.PromptPer1K.Should().Be(Money(prompt));
            price.CompletionPer1K.Should().Be(Money(completion));
            price.CachedPromptPer1K.Should().Be(cached.Length == 0 ? null : Money(cached));
            price.AsOf.Should().Be(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));
            price.Source.Should().NotBeNullOrEmpty();
            table.KnownTariff(vendor, model).Should().BeNull("this is the tariff already");
        }
    }

    [Theory]
    [MemberData(nameof(OldRows))]
    public void The_default_table_prices_the_old_names_as_0_7_0_did(string vendor, string model, string old, string today)
    {
        var price = PricingTable.Default.Find(vendor, model)!;

        (price.PromptPer1K, price.CompletionPer1K, price.CachedPromptPer1K).Should().Be((Money(old), Money(old), null));
        price.Source.Should().Contain("0.7.0");
        PricingTable.Default.CostOf(vendor, model, new TokenUsage(600, 400) { CachedTokens = 100 }).Should().Be(Money(old));
        VendorPrices.CreateDefault().KnownTariff(vendor, model)
            .Should().Be(today.Length == 0 ? null : PricingTable.Current.Find(vendor, model));
    }

    [Theory]
    [MemberData(nameof(OldRows))]
    public void The_current_table_prices_the_old_names_by_todays_tariffs(string vendor, string model, string old, string today)
    {
        _ = old;

        PricingTable.Current.CostOf(vendor, model, new TokenUsage(600, 400)).Should().Be(today.Length == 0 ? null : Money(today));
        PricingTable.Current.KnownTariff(vendor, model).Should().BeNull();
    }

    [Theory]
    [InlineData("ollama", "llama3:8b")]
    [InlineData("ollama", "anything at all")]
    [InlineData("mock", "mock-normal")]
    public void Local_models_are_free(string vendor, string model)
    {
        var usage = new TokenUsage(1_000, 1_000);

        PricingTable.Default.CostOf(vendor, model, usage).Should().Be(0m);
        PricingTable.Current.CostOf(vendor, model, usage).Should().Be(0m);
        PricingTable.Default.KnownTariff(vendor, model).Should().BeNull();
    }

    [Fact]
    public void There_are_no_other_rows()
    {
        PricingTable.Current.Rows.Should().HaveCount(Tariffs.Count + 2);
        PricingTable.Default.Rows.Should().HaveCount(Tariffs.Count + OldRows.Count + 2);
    }

    [Fact]
    public void Every_row_names_its_source_and_every_tariff_its_day()
    {
        PricingTable.Default.Rows.Should().OnlyContain(row => !string.IsNullOrEmpty(row.Price.Source));
        PricingTable.Current.Rows.Where(row => row.Model != PricingTable.AnyModel).Should().OnlyContain(row => row.Price.AsOf != null);
    }

    [Fact]
    public void The_documentation_lists_every_row()
    {
        var page = File.ReadAllLines(Path.Combine(RepositoryRoot(), "docs", "tokens-and-prices.md"))
            .SkipWhile(line => line != "### All rows")
            .TakeWhile(line => line != "### Rows in US dollars")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => string.Join('|', line.Split('|', StringSplitOptions.TrimEntries).Skip(1).Take(6)));

        page.Should().BeEquivalentTo(PricingTable.Default.Rows.Select(Line));

        static string Line(PricingRow row) => string.Join(
            '|',
            $"`{row.Vendor}`",
            $"`{row.Model}`",
            Cell(row.Price.PromptPer1K),
            Cell(row.Price.CompletionPer1K),
            Cell(row.Price.CachedPromptPer1K),
            row.Price.AsOf?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "–");

        static string Cell(decimal? money) => money?.ToString("0.00##", CultureInfo.InvariantCulture) ?? "–";
    }

    private static decimal Money(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("Orchestrator.sln was expected in a folder above the tests.");
        return folder.FullName;
    }
}
