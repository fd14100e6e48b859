namespace Orchestrator.Tests.Accounting;

/// <summary>Prices of what is written to a cache, of reasoning, and of long prompts.</summary>
public class ModelPricePartsTests
{
    private static readonly ModelPrice Tiered = new(1m, 10m, 0.1m)
    {
        Tiers = [new PriceTier(1_000, new ModelPrice(2m, 20m, 0.2m)), new PriceTier(5_000, new ModelPrice(3m, 30m))],
    };

    [Fact]
    public void What_is_written_to_a_cache_takes_its_own_price() =>
        new ModelPrice(1m, 10m, 0.1m) { CacheWritePer1K = 1.25m }
            .CostOf(new TokenUsage(6_000, 1_000) { CachedTokens = 4_000, CacheWriteTokens = 1_000 })
            .Should().Be(1m + 0.4m + 1.25m + 10m);

    [Fact]
    public void Without_a_price_of_its_own_it_costs_as_much_as_the_others() =>
        new ModelPrice(1m, 10m, 0.1m).CostOf(new TokenUsage(6_000, 1_000) { CachedTokens = 4_000, CacheWriteTokens = 1_000 })
            .Should().Be(2m + 0.4m + 10m);

    [Theory]
    [InlineData(4_000, 5_000, 4_000, 1_000)]
    [InlineData(9_000, 5_000, 5_000, 0)]
    [InlineData(-5, -5, 0, 0)]
    [InlineData(int.MaxValue, int.MaxValue, 5_000, 0)]
    public void Parts_beyond_the_prompt_are_ignored(int cached, int written, int billedCached, int billedWritten) =>
        new ModelPrice(1m, 0m, 0.1m) { CacheWritePer1K = 2m }
            .CostOf(new TokenUsage(5_000, 0) { CachedTokens = cached, CacheWriteTokens = written })
            .Should().Be((5_000 - billedCached - billedWritten) * 0.001m + billedCached * 0.0001m + billedWritten * 0.002m);

    [Theory]
    [InlineData(400, 400)]
    [InlineData(5_000, 1_000)]
    [InlineData(-5, 0)]
    public void Reasoning_is_priced_apart_where_a_vendor_does_so(int reasoning, int billed) =>
        new ModelPrice(0m, 10m) { ReasoningPer1K = 4m }.CostOf(new TokenUsage(0, 1_000) { ReasoningTokens = reasoning })
            .Should().Be((1_000 - billed) * 0.01m + billed * 0.004m);

    [Theory]
    [InlineData(1_000, 1.0 + 10)]
    [InlineData(1_001, 2.002 + 20)]
    [InlineData(5_000, 10.0 + 20)]
    [InlineData(5_001, 15.003 + 30)]
    public void A_request_is_priced_whole_by_the_tier_of_its_prompt(int prompt, double cost) =>
        Tiered.CostOf(new TokenUsage(prompt, 1_000)).Should().Be((decimal)cost);

    [Fact]
    public void The_length_of_a_prompt_counts_its_cached_tokens() =>
        Tiered.CostOf(new TokenUsage(1_500, 0) { CachedTokens = 1_000 }).Should().Be(500 * 0.002m + 1_000 * 0.0002m);

    [Fact]
    public void A_tier_without_a_cached_price_charges_cached_tokens_as_the_others() =>
        Tiered.CostOf(new TokenUsage(6_000, 0) { CachedTokens = 6_000 }).Should().Be(18m);

    [Fact]
    public void The_highest_prices_and_the_largest_usage_do_not_overflow()
    {
        const decimal highest = 1_000_000_000m;
        var price = new ModelPrice(highest, highest, highest) { CacheWritePer1K = highest, ReasoningPer1K = highest };
        price.CostOf(new TokenUsage(int.MaxValue, int.MaxValue)
        {
            CachedTokens = 7,
            CacheWriteTokens = int.MaxValue,
            ReasoningTokens = int.MaxValue
        })
            .Should().Be(2m * int.MaxValue * (highest / 1000m));
    }

    [Fact]
    public void Tiers_ascend_have_a_price_and_no_tiers_or_currency_of_their_own()
    {
        var price = new ModelPrice(1m);
        Refused([new(5, price), new(5, price)]);
        Refused([new(5, price), new(4, price)]);
        Refused([new(-1, price)]);
        Refused([new(5, Tiered)]);
        Refused([new(5, price with { Currency = "USD" })]);
        Refused([new(5, null!)]);
        Refused([null!]);
        FluentActions.Invoking(() => new ModelPrice(1m) { Tiers = null! }).Should().Throw<ArgumentNullException>();
        static void Refused(PriceTier[] tiers) =>
            FluentActions.Invoking(() => new ModelPrice(1m) { Tiers = tiers }).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000_001)]
    public void A_price_out_of_range_is_refused_by_name(double value)
    {
        FluentActions.Invoking(() => new ModelPrice(1m) { CacheWritePer1K = (decimal)value })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("CacheWritePer1K");
        FluentActions.Invoking(() => new ModelPrice(1m) { ReasoningPer1K = (decimal)value })
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("ReasoningPer1K");
    }

    [Fact]
    public void A_list_that_changes_later_changes_no_price()
    {
        var tiers = new List<PriceTier> { new(1_000, new ModelPrice(2m)) };
        var price = new ModelPrice(1m) { Tiers = tiers };
        tiers.Clear();
        price.CostOf(new TokenUsage(2_000, 0)).Should().Be(4m);
    }

    [Fact]
    public void Prices_with_equal_parts_are_equal()
    {
        static ModelPrice New(decimal tier) =>
            new(1m, 10m) { CacheWritePer1K = 2m, ReasoningPer1K = 3m, Tiers = [new(5, new ModelPrice(tier))] };
        New(4m).Should().Be(New(4m)).And.NotBe(New(5m));
        New(4m).GetHashCode().Should().Be(New(4m).GetHashCode());
        New(4m).IsAsHighAs(New(4m) with { Source = "x" }).Should().BeTrue();
        New(4m).IsAsHighAs(New(5m)).Should().BeFalse();
    }
}
