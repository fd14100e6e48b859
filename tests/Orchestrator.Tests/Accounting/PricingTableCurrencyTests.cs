using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Accounting;

/// <summary>A table has one currency; what is in another is converted at the user's rate, or unknown.</summary>
public class PricingTableCurrencyTests
{
    private static readonly DateOnly Day = new(2026, 11, 1);
    private static readonly TokenUsage Usage =
        new(250_000, 1_000) { CachedTokens = 100_000, CacheWriteTokens = 50_000, ReasoningTokens = 500 };

    private static readonly ModelPrice Price = new(0.002m, 0.012m, 0.0002m)
    {
        CacheWritePer1K = 0.0025m,
        ReasoningPer1K = 0.006m,
        Tiers = [new PriceTier(200_000, new ModelPrice(0.004m, 0.018m, 0.0004m) { CacheWritePer1K = 0.005m, ReasoningPer1K = 0.009m })],
        AsOf = new DateOnly(2026, 10, 7),
        Source = "a price page",
    };

    private static readonly PricingTable Usd = PricingTable.Empty("USD").With("google", "m", Price);

    [Fact]
    public void Every_price_of_a_row_is_converted_and_the_row_keeps_its_day_and_tells_the_rate()
    {
        var rub = Usd.ConvertTo("RUB", 95.5m, Day);
        rub.Currency.Should().Be("RUB");
        var price = rub.Find("google", "m")!;
        (price.PromptPer1K, price.CompletionPer1K, price.CachedPromptPer1K).Should().Be((0.191m, 1.146m, 0.0191m));
        (price.CacheWritePer1K, price.ReasoningPer1K).Should().Be((0.23875m, 0.573m));
        price.Tiers.Should().ContainSingle().Which.Price.PromptPer1K.Should().Be(0.382m);
        price.AsOf.Should().Be(new DateOnly(2026, 10, 7));
        price.Source.Should().StartWith("a price page").And.ContainAll("USD", "95.5", "RUB", "2026-11-01");
        foreach (var usage in new[] { Usage, Usage with { PromptTokens = 200_000 } })
            rub.CostOf("google", "m", usage).Should().Be(Usd.CostOf("google", "m", usage) * 95.5m);
        Usd.Find("google", "m").Should().Be(Price, "a table never changes");
    }

    [Fact]
    public void Converting_there_and_back_gives_the_same_prices()
    {
        var back = Usd.ConvertTo("RUB", 100m, Day).ConvertTo("USD", 0.01m, Day);
        back.Currency.Should().Be("USD");
        back.CostOf("google", "m", Usage).Should().Be(Usd.CostOf("google", "m", Usage));
    }

    [Fact]
    public void A_converted_table_joins_and_its_rows_replace()
    {
        var rub = PricingTable.Current.With("google", "m", new ModelPrice(1m)).With(Usd.ConvertTo("RUB", 95.5m, Day));
        rub.Currency.Should().Be("RUB");
        rub.Find("google", "m")!.PromptPer1K.Should().Be(0.191m);
        rub.Find("gigachat", "GigaChat-2-Max")!.PromptPer1K.Should().Be(0.65m);
    }

    [Fact]
    public void A_table_in_another_currency_does_not_join_and_the_error_says_how_it_would()
    {
        var join = () => PricingTable.Current.With(Usd);
        join.Should().Throw<ArgumentException>().Which.Message.Should().ContainAll("USD", "RUB", "ConvertTo(\"RUB\"");
    }

    [Fact]
    public void A_foreign_price_is_unknown_until_a_rate_is_given()
    {
        var table = PricingTable.Empty("RUB").With("google", "m", Price with { Currency = "USD" });
        table.Find("google", "m").Should().BeNull();
        table.CostOf("google", "m", Usage).Should().BeNull();
        table.Rows.Should().ContainSingle("the row is there, and says its currency").Which.Price.Currency.Should().Be("USD");
        table.WithRate("USD", 95.5m, Day).Find("google", "m")!.PromptPer1K.Should().Be(0.191m);
        table.With(PricingTable.Empty("usd").ConvertTo("RUB", 95.5m, Day)).Find("google", "m")!.PromptPer1K.Should().Be(0.191m);
        PricingTable.Empty("USD").With("google", "m", Price with { Currency = "usd" }).Find("google", "m")!.PromptPer1K.Should().Be(0.002m);
    }

    [Fact]
    public void A_foreign_row_is_converted_with_its_table_or_stays_foreign()
    {
        var table = PricingTable.Empty("EUR").With("google", "m", Price with { Currency = "USD" });
        table.ConvertTo("RUB", 100m, Day).Find("google", "m").Should().BeNull("nothing says what a dollar costs");
        table.ConvertTo("USD", 1.1m, Day).Find("google", "m")!.PromptPer1K.Should().Be(0.002m);
        table.WithRate("USD", 0.5m, Day).ConvertTo("RUB", 100m, Day).Find("google", "m")!.PromptPer1K.Should().Be(0.1m);
        table.WithRate("USD", 0.5m, Day).ConvertTo("RUB", 100m, Day).FromUsd(2m).Should().Be(100m);
    }

    [Theory]
    [InlineData("USD", 95.5)]
    [InlineData("", 1)]
    [InlineData("US D", 1)]
    [InlineData("RUB", 0)]
    [InlineData("RUB", -1)]
    [InlineData("RUB", 1_000_000_001)]
    public void Rates_and_currencies_that_cannot_be_are_refused(string currency, double rate)
    {
        FluentActions.Invoking(() => Usd.ConvertTo(currency, (decimal)rate, Day)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Usd.WithRate(currency, (decimal)rate, Day)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_price_that_leaves_the_range_by_its_rate_is_refused() =>
        FluentActions.Invoking(() => PricingTable.Empty("USD").With("a", "m", new ModelPrice(1_000_000m)).ConvertTo("RUB", 10_000m, Day))
            .Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void A_foreign_price_that_leaves_the_range_by_its_rate_is_unknown()
    {
        var price = new ModelPrice(1m) { Currency = "USD", Tiers = [new PriceTier(5, new ModelPrice(1_000_000_000m))] };
        PricingTable.Empty().With("a", "m", price).WithRate("USD", 1.1m, Day).Find("a", "m").Should().BeNull();
        PricingTable.Empty().With("a", "m", price).WithRate("USD", 1m, Day).Find("a", "m").Should().NotBeNull();
    }

    [Fact]
    public void The_same_currency_at_one_to_one_is_the_same_table() => Usd.ConvertTo("usd", 1m, Day).Should().BeSameAs(Usd);

    [Theory]
    [BothModes]
    public async Task A_providers_own_price_in_another_currency_needs_a_rate_too(bool streamed)
    {
        var own = new ProviderOptions { Price = new ModelPrice(1m) { Currency = "USD" } };
        await using var without = new Router(new RouterOptions { Prices = PricingTable.Empty() })
            .AddProvider(FakeProvider.Answering("a", "x"), own);
        (await without.RunAsync(streamed)).Route
            .Should().BeEquivalentTo(new { Cost = (decimal?)null, CostSource = CostSource.None, Currency = "RUB" });
        without.GetMetrics()["a"].UnpricedRequests.Should().Be(1);
        await using var with = new Router(new RouterOptions { Prices = PricingTable.Empty().WithRate("USD", 100m, Day) })
            .AddProvider(FakeProvider.Answering("a", "x"), own);
        (await with.RunAsync(streamed)).Route
            .Should().BeEquivalentTo(new { Cost = 0.4m, CostSource = CostSource.PriceTable, Currency = "RUB" });
    }
}
