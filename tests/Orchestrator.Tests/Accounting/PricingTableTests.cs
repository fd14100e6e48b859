namespace Orchestrator.Tests.Accounting;

public class PricingTableTests
{
    private static readonly TokenUsage OneK = new(1_000, 0);

    [Fact]
    public void The_built_in_tables_are_in_roubles()
    {
        PricingTable.Default.Currency.Should().Be("RUB");
        PricingTable.Current.Currency.Should().Be("RUB");
    }

    [Fact]
    public void An_empty_table_is_in_roubles_unless_told_otherwise()
    {
        PricingTable.Empty().Currency.Should().Be("RUB");
        PricingTable.Empty("USD").Currency.Should().Be("USD");
        PricingTable.Empty("USD").With("openai", "m", new ModelPrice(1m)).Currency.Should().Be("USD");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("RUB ")]
    [InlineData("RU\nB")]
    [InlineData("RUB\0")]
    public void A_currency_is_one_word(string? currency) =>
        ((Action)(() => PricingTable.Empty(currency!))).Should().Throw<ArgumentException>().WithParameterName(nameof(currency));

    [Fact]
    public void An_empty_table_knows_no_price_not_even_of_local_models()
    {
        PricingTable.Empty().Rows.Should().BeEmpty();
        PricingTable.Empty().CostOf("ollama", "llama3", OneK).Should().BeNull();
        PricingTable.Empty().CostOf("gigachat", "GigaChat-2", OneK).Should().BeNull();
    }

    [Fact]
    public void With_returns_a_new_table_and_leaves_the_old_one_as_it_is()
    {
        var before = PricingTable.Empty().With("openai", "a", new ModelPrice(1m));

        var after = before.With("openai", "a", new ModelPrice(2m)).With("openai", "b", new ModelPrice(3m));

        before.CostOf("openai", "a", OneK).Should().Be(1m);
        before.CostOf("openai", "b", OneK).Should().BeNull();
        after.CostOf("openai", "a", OneK).Should().Be(2m);
        after.CostOf("openai", "b", OneK).Should().Be(3m);
    }

    [Fact]
    public void Overriding_a_built_in_table_does_not_change_it_for_others()
    {
        _ = PricingTable.Default.With("gigachat", "GigaChat", new ModelPrice(9m));

        PricingTable.Default.CostOf("gigachat", "GigaChat", OneK).Should().Be(1.00m);
    }

    [Fact]
    public void Names_ignore_case_in_rows_and_in_lookups()
    {
        var table = PricingTable.Empty().With("OpenAI", "GPT-Four", new ModelPrice(1m)).With("openai", "gpt-four", new ModelPrice(2m));

        table.Rows.Should().ContainSingle();
        table.CostOf("OPENAI", "Gpt-Four", OneK).Should().Be(2m);
    }

    [Fact]
    public void Rows_are_ordered_and_carry_names_as_given()
    {
        var table = PricingTable.Empty()
            .With("openai", "b", new ModelPrice(1m))
            .With("openai", "A", new ModelPrice(2m))
            .With("Mine", "*", new ModelPrice(3m) { AsOf = new DateOnly(2026, 1, 2), Source = "contract" });

        table.Rows.Select(row => (row.Vendor, row.Model, row.Price.PromptPer1K))
            .Should().Equal(("Mine", "*", 3m), ("openai", "A", 2m), ("openai", "b", 1m));
        table.Rows[0].Price.AsOf.Should().Be(new DateOnly(2026, 1, 2));
        table.Rows[0].Price.Source.Should().Be("contract");
    }

    [Fact]
    public void A_row_for_any_model_prices_what_has_no_row_of_its_own()
    {
        var table = PricingTable.Default
            .With("ollama", PricingTable.AnyModel, new ModelPrice(0.01m))
            .With("ollama", "llama3:70b", new ModelPrice(0.05m));

        table.CostOf("ollama", "llama3:8b", OneK).Should().Be(0.01m);
        table.CostOf("ollama", "llama3:70b", OneK).Should().Be(0.05m);
        table.CostOf("mock", "mock-normal", OneK).Should().Be(0m);
    }

    [Fact]
    public void A_row_for_any_model_comes_after_every_other_name_of_the_model() =>
        PricingTable.Current.With("gigachat", PricingTable.AnyModel, new ModelPrice(7m))
            .CostOf("gigachat", "GigaChat-2-Max:2.0.30.01", OneK).Should().Be(0.65m);

    [Fact]
    public void A_price_for_any_vendor_is_refused() =>
        ((Action)(() => PricingTable.Empty().With("*", "*", new ModelPrice(1m))))
            .Should().Throw<ArgumentException>().WithParameterName("vendor");

    [Theory]
    [InlineData(null, "m", "vendor")]
    [InlineData(" ", "m", "vendor")]
    [InlineData("v", null, "model")]
    [InlineData("v", "", "model")]
    public void A_row_needs_a_vendor_and_a_model(string? vendor, string? model, string parameter) =>
        ((Action)(() => PricingTable.Empty().With(vendor!, model!, new ModelPrice(1m))))
            .Should().Throw<ArgumentException>().WithParameterName(parameter);

    [Fact]
    public void A_row_needs_a_price() =>
        ((Action)(() => PricingTable.Empty().With("v", "m", null!))).Should().Throw<ArgumentNullException>().WithParameterName("price");

    [Fact]
    public void A_lookup_without_names_is_refused()
    {
        ((Action)(() => PricingTable.Default.CostOf(null!, "m", OneK))).Should().Throw<ArgumentNullException>().WithParameterName("vendor");
        ((Action)(() => PricingTable.Default.Find("v", null!))).Should().Throw<ArgumentNullException>().WithParameterName("model");
    }

    [Theory]
    [InlineData("yandex-prod", "yandexgpt/latest")]
    [InlineData("gigachat-dev", "GigaChat")]
    [InlineData("mockery", "mock-normal")]
    [InlineData("ollama2", "llama3")]
    [InlineData("openai", "gpt-4o")]
    [InlineData("openai", "GigaChat/GigaChat-2-Max")]
    [InlineData("", "GigaChat")]
    [InlineData("gigachat", "")]
    [InlineData("gigachat", "GigaChat-9")]
    [InlineData("gigachat", "yandexgpt/latest")]
    [InlineData("yandexgpt", "GigaChat")]
    public void What_the_table_does_not_know_has_no_price_rather_than_zero(string vendor, string model)
    {
        PricingTable.Default.CostOf(vendor, model, OneK).Should().BeNull();
        PricingTable.Current.CostOf(vendor, model, OneK).Should().BeNull();
        PricingTable.Default.KnownTariff(vendor, model).Should().BeNull();
    }

    [Fact]
    public void The_vendor_decides_and_not_the_name_of_the_provider()
    {
        var own = new ProviderInfo("yandex-prod", "openai", "yandexgpt/latest");
        var real = own with { Name = "anything", Vendor = "yandexgpt" };

        PricingTable.Current.CostOf(own.Vendor, own.Model, OneK).Should().BeNull();
        PricingTable.Current.CostOf(real.Vendor, real.Model, OneK).Should().Be(1.20m);
    }

    [Fact]
    public void Cost_is_that_of_the_price_found()
    {
        var usage = new TokenUsage(1_000, 500) { CachedTokens = 200 };

        PricingTable.Current.CostOf("yandexgpt", "aliceai-llm-flash", usage).Should().Be(0.185m);
        PricingTable.Current.Find("yandexgpt", "aliceai-llm-flash")!.CostOf(usage).Should().Be(0.185m);
        PricingTable.Current.CostOf("gigachat", "GigaChat-2", usage).Should().Be(0.0845m);
    }
}
