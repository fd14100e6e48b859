using Microsoft.Extensions.AI;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>What a vendor says it charges is worth more than what a table says.</summary>
public class VendorCostTests
{
    private const string Tokens = "\"prompt_tokens\":1000,\"completion_tokens\":1000,\"total_tokens\":2000";

    private static readonly DateOnly Day = new(2026, 11, 1);
    private static readonly PricingTable Usd = PricingTable.Empty("USD").With("openai", PricingTable.AnyModel, new ModelPrice(1m, 2m));
    private static readonly PricingTable Rub = PricingTable.Empty("RUB").With("openai", PricingTable.AnyModel, new ModelPrice(100m, 200m));

    /// <summary>The usage's members beside the tokens, and the cost in US dollars; an empty text where the table decides.</summary>
    public static TheoryData<string, string> Costs => new()
    {
        // OpenRouter, and a LiteLLM proxy that adds costs to streams.
        { ",\"cost\":0.0123", "0.0123" },
        { ",\"cost\":1.635e-05", "0.00001635" },
        { ",\"cost\":\"0.0123\"", "0.0123" },
        { ",\"cost\":0", "0" },
        { ",\"cost\":0.95,\"cost_details\":{\"upstream_inference_cost\":19},\"is_byok\":true", "19.95" },
        { ",\"is_byok\":true,\"cost_details\":{\"upstream_inference_cost\":19,\"other\":{}},\"cost\":0", "19" },
        { ",\"cost\":0.95,\"cost_details\":{\"upstream_inference_cost\":0.95},\"is_byok\":false", "0.95" },
        { ",\"cost\":0.95,\"cost_details\":{\"upstream_inference_cost\":null}", "0.95" },
        // Perplexity.
        { ",\"cost\":{\"input_tokens_cost\":0.001,\"output_tokens_cost\":0.002,\"request_cost\":0.005,\"total_cost\":0.008}", "0.008" },
        // xAI.
        { ",\"cost_in_usd_ticks\":37756000", "0.0037756" },
        // DeepInfra.
        { ",\"estimated_cost\":0.000027", "0.000027" },
        { ",\"estimated_cost\":0.000027,\"cost\":0.5", "0.5" },
        { ",\"cost\":-0.01", "" },
        { ",\"cost\":\"NaN\"", "" },
        { ",\"cost\":1e300", "" },
        { ",\"cost\":1000001", "" },
        { ",\"cost\":null", "" },
        { ",\"cost\":{}", "" },
        { ",\"cost\":[1]", "" },
        { ",\"cost\":true", "" },
        { ",\"cost_in_usd_ticks\":-1", "" },
        { "", "" },
    };

    [Theory]
    [MemberData(nameof(Costs))]
    public async Task A_reported_cost_is_taken_and_one_that_cannot_be_is_not(string members, string expected)
    {
        foreach (var (streamed, whole) in new[] { (true, false), (false, false), (false, true), (true, true) })
        {
            var route = await AskAsync(Usd, members, streamed, whole);
            var because = $"{members}, streamed: {streamed}, whole: {whole}";
            route.Cost.Should().Be(
                expected.Length == 0 ? 3m : decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), because);
            route.CostSource.Should().Be(expected.Length == 0 ? CostSource.PriceTable : CostSource.Vendor, because);
            route.Usage.TotalTokens.Should().Be(2000);
            route.Attempts.Should().ContainSingle().Which.Should().BeEquivalentTo(new { route.Cost, route.CostSource, route.Currency });
        }
    }

    [Theory]
    [BothModes]
    public async Task Dollars_become_the_routers_currency_at_a_known_rate_only(bool streamed)
    {
        const string cost = ",\"cost\":0.0123";
        (await AskAsync(Rub, cost, streamed))
            .Should().BeEquivalentTo(new { Cost = 300m, CostSource = CostSource.PriceTable, Currency = "RUB" });
        (await AskAsync(Rub.WithRate("usd", 80m, Day), cost, streamed))
            .Should().BeEquivalentTo(new { Cost = 0.984m, CostSource = CostSource.Vendor, Currency = "RUB" });
        (await AskAsync(Rub.With(Usd.ConvertTo("RUB", 80m, Day)), cost, streamed))
            .Should().BeEquivalentTo(new { Cost = 0.984m, CostSource = CostSource.Vendor });
    }

    [Theory]
    [BothModes]
    public async Task A_model_without_a_price_is_not_unpriced_when_its_vendor_says_the_cost(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(UsageDialectsTests.Sent($"{{{Tokens},\"cost\":0.5}}", whole: false));
        await using var router = InOrder(new() { Prices = PricingTable.Empty("USD") }, wire.Provider);
        (await router.RunAsync(streamed)).Route.Should().BeEquivalentTo(new { Cost = 0.5m, CostSource = CostSource.Vendor });
        (router.GetMetrics()["wired"].UnpricedRequests, router.GetMetrics()["wired"].TotalCost).Should().Be((0, 0.5m));
    }

    [Fact]
    public async Task An_unknown_cost_has_no_source()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(UsageDialectsTests.Sent($"{{{Tokens}}}", whole: false));
        await using var router = InOrder(new() { Prices = PricingTable.Empty("USD") }, wire.Provider);
        (await router.RunAsync(streamed: true)).Route.Should().BeEquivalentTo(new { Cost = (decimal?)null, CostSource = CostSource.None });
    }

    [Theory]
    [BothModes]
    public async Task A_provider_of_the_users_own_can_report_costs_and_they_add_up(bool streamed)
    {
        UsageDetails Round(decimal cost) => new UsageDetails { InputTokenCount = 1000, OutputTokenCount = 1000 }.WithCost(cost);
        await using var router = RouterOf(Round(0.25m), Round(0.000000000001m));
        (await router.RunAsync(streamed)).Route.Should().BeEquivalentTo(new { Cost = 0.250000000001m, CostSource = CostSource.Vendor });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task One_cost_that_cannot_be_makes_the_sum_unknown(long count)
    {
        var bad = new UsageDetails { AdditionalCounts = new() { [UsageCost.CountName] = count } };
        await using var router = RouterOf(new UsageDetails { InputTokenCount = 1000, OutputTokenCount = 1000 }.WithCost(0.25m), bad);
        (await router.RunAsync(streamed: true)).Route.Should().BeEquivalentTo(new { Cost = 3m, CostSource = CostSource.PriceTable });
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1_000_001)]
    public void A_cost_out_of_range_is_refused(double usd) =>
        FluentActions.Invoking(() => new UsageDetails().WithCost((decimal)usd)).Should().Throw<ArgumentOutOfRangeException>();

    private static Router RouterOf(params UsageDetails[] rounds) => InOrder(
        new() { Prices = Usd },
        new FakeProvider("a", (_, _) => Some.Updates(
            [Some.Word("x"), Some.Finish(), .. rounds.Select(r => new ChatResponseUpdate { Contents = [new UsageContent(r)] })]))
        {
            Info = new("a", "openai", "m"),
        });

    private static async Task<RouteResult> AskAsync(PricingTable prices, string members, bool streamed, bool whole = false)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(UsageDialectsTests.Sent($"{{{Tokens}{members}}}", whole));
        await using var router = InOrder(new() { Prices = prices }, wire.Provider);
        return (await router.RunAsync(streamed)).Route;
    }
}
