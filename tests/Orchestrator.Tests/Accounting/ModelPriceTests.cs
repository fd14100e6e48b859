using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Orchestrator.Tests.Accounting;

public class ModelPriceTests
{
    private const decimal Highest = 1_000_000_000m;

    [Fact]
    public void One_price_holds_for_prompt_and_completion()
    {
        var price = new ModelPrice(0.75m);

        price.PromptPer1K.Should().Be(0.75m);
        price.CompletionPer1K.Should().Be(0.75m);
        price.CachedPromptPer1K.Should().BeNull();
        price.AsOf.Should().BeNull();
        price.Source.Should().BeNull();
    }

    [Fact]
    public void Prompt_and_completion_are_priced_apart() =>
        new ModelPrice(0.50m, 1.20m).CostOf(new TokenUsage(2_000, 500)).Should().Be(1.60m);

    [Fact]
    public void Cached_tokens_take_their_own_price() =>
        new ModelPrice(0.10m, 0.20m, 0.025m).CostOf(new TokenUsage(1_000, 1_000) { CachedTokens = 400 }).Should().Be(0.27m);

    [Fact]
    public void Cached_tokens_without_a_price_of_their_own_cost_as_much_as_the_others() =>
        new ModelPrice(0.10m, 0.20m).CostOf(new TokenUsage(1_000, 0) { CachedTokens = 400 }).Should().Be(0.10m);

    [Fact]
    public void Free_cached_tokens_cost_nothing() =>
        new ModelPrice(1m, 1m, 0m).CostOf(new TokenUsage(1_000, 0) { CachedTokens = 1_000 }).Should().Be(0m);

    [Theory]
    [InlineData(500)]
    [InlineData(int.MaxValue)]
    public void Cached_tokens_beyond_the_prompt_are_ignored(int cached) =>
        new ModelPrice(1m, 1m, 0.5m).CostOf(new TokenUsage(100, 0) { CachedTokens = cached }).Should().Be(0.05m);

    [Fact]
    public void Negative_cached_tokens_do_not_raise_the_cost() =>
        new ModelPrice(1m, 1m, 0.5m).CostOf(new TokenUsage(100, 0) { CachedTokens = -100 }).Should().Be(0.1m);

    [Fact]
    public void Reasoning_is_a_part_of_the_completion_and_not_billed_twice() =>
        new ModelPrice(1m).CostOf(new TokenUsage(0, 1_000) { ReasoningTokens = 900 }).Should().Be(1m);

    [Fact]
    public void The_highest_price_and_the_largest_usage_do_not_overflow() =>
        new ModelPrice(Highest, Highest, Highest).CostOf(new TokenUsage(int.MaxValue, int.MaxValue) { CachedTokens = 7 })
            .Should().Be(2m * int.MaxValue * (Highest / 1000m));

    [Theory]
    [InlineData(-0.000000001)]
    [InlineData(-1)]
    [InlineData(1_000_000_001)]
    public void A_price_out_of_range_is_refused_by_name(double value)
    {
        var bad = (decimal)value;

        Refused(() => new ModelPrice(bad), nameof(ModelPrice.PromptPer1K));
        Refused(() => new ModelPrice(bad, 1m), nameof(ModelPrice.PromptPer1K));
        Refused(() => new ModelPrice(1m, bad), nameof(ModelPrice.CompletionPer1K));
        Refused(() => new ModelPrice(1m, 1m, bad), nameof(ModelPrice.CachedPromptPer1K));
        Refused(() => new ModelPrice(1m) with { PromptPer1K = bad }, nameof(ModelPrice.PromptPer1K));
        Refused(() => new ModelPrice(1m) with { CompletionPer1K = bad }, nameof(ModelPrice.CompletionPer1K));
        Refused(() => new ModelPrice(1m) with { CachedPromptPer1K = bad }, nameof(ModelPrice.CachedPromptPer1K));

        static void Refused(Func<ModelPrice> create, string name) =>
            create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name).WithMessage($"{name} must be*");
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Cost_is_exact_for_any_price_of_nine_decimals(Nano prompt, Nano completion, Nano cached, Usage usage)
    {
        var price = new ModelPrice(prompt.Money, completion.Money, cached.Money);

        var cost = price.CostOf(usage.Value);

        // The same sum in whole numbers: prices in 10^-9, so the cost of single tokens in 10^-12.
        var expected = (BigInteger)(usage.Value.PromptTokens - usage.Value.CachedTokens) * prompt.Units
            + (BigInteger)usage.Value.CachedTokens * cached.Units
            + (BigInteger)usage.Value.CompletionTokens * completion.Units;
        return new BigInteger(cost * 1_000_000_000_000m) == expected;
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Cost_is_additive(Nano prompt, Nano completion, Nano cached, SmallUsage left, SmallUsage right)
    {
        var price = new ModelPrice(prompt.Money, completion.Money, cached.Money);
        var together = new TokenUsage(
            left.Value.PromptTokens + right.Value.PromptTokens, left.Value.CompletionTokens + right.Value.CompletionTokens)
        {
            CachedTokens = left.Value.CachedTokens + right.Value.CachedTokens,
        };

        return price.CostOf(left.Value) + price.CostOf(right.Value) == price.CostOf(together);
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Cost_grows_with_tokens_and_is_never_negative(
        Nano prompt, Nano completion, Nano cached, SmallUsage usage, NonNegativeInt more)
    {
        var price = new ModelPrice(prompt.Money, completion.Money, cached.Money);
        var before = price.CostOf(usage.Value);

        return before >= 0
            && price.CostOf(usage.Value with { PromptTokens = usage.Value.PromptTokens + more.Get }) >= before
            && price.CostOf(usage.Value with { CompletionTokens = usage.Value.CompletionTokens + more.Get }) >= before;
    }

    [Property(Arbitrary = [typeof(Generators)])]
    public bool Cost_grows_with_the_price(Nano low, Nano high, SmallUsage usage)
    {
        var (less, more) = low.Units <= high.Units ? (low.Money, high.Money) : (high.Money, low.Money);

        return new ModelPrice(less, less, less).CostOf(usage.Value) <= new ModelPrice(more, more, more).CostOf(usage.Value);
    }

    /// <summary>A price as a whole number of 10^-9.</summary>
    public sealed record Nano(long Units)
    {
        public decimal Money => Units / 1_000_000_000m;
    }

    /// <summary>Any usage a vendor could report.</summary>
    public sealed record Usage(TokenUsage Value);

    /// <summary>A usage two of which still fit one.</summary>
    public sealed record SmallUsage(TokenUsage Value);

    public static class Generators
    {
        private const long HighestUnits = 1_000_000_000L * 1_000_000_000L;

        public static Arbitrary<Nano> Nanos() => Gen.OneOf(
            Gen.Elements(0L, 1L, 65_000_000L, HighestUnits),
            Gen.Choose(0, 2_000_000_000).Select(static units => (long)units),
            from whole in Gen.Choose(0, 999_999_999)
            from fraction in Gen.Choose(0, 999_999_999)
            select whole * 1_000_000_000L + fraction).Select(static units => new Nano(units)).ToArbitrary();

        public static Arbitrary<Usage> Usages() => UsageUpTo(int.MaxValue).Select(static usage => new Usage(usage)).ToArbitrary();

        public static Arbitrary<SmallUsage> SmallUsages() =>
            UsageUpTo(int.MaxValue / 2).Select(static usage => new SmallUsage(usage)).ToArbitrary();

        private static Gen<TokenUsage> UsageUpTo(int most)
        {
            var tokens = Gen.OneOf(Gen.Choose(0, 10_000), Gen.Choose(0, most), Gen.Elements(0, 1, most));
            return from prompt in tokens
                   from completion in tokens
                   from cached in Gen.Choose(0, prompt)
                   select new TokenUsage(prompt, completion) { CachedTokens = cached };
        }
    }
}
