using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>Vendors count in several ways; the numbers of an attempt, its answer and its metrics always count in one.</summary>
public class UsageAddsUpTests
{
    /// <summary>Reported prompt, completion, total, cached, written, reasoning;
    /// true prompt, completion, cached, written, reasoning.</summary>
    public static TheoryData<string, long?[], int[]> Reports => new()
    {
        { "as OpenAI counts", [6000, 50, 6050, 5000, null, 40], [6000, 50, 5000, 0, 40] },
        { "reasoning outside the completion", [100, 10, 150, null, null, 40], [100, 50, 0, 0, 40] },
        { "reasoning outside and not told", [100, 10, 830, null, null, null], [100, 730, 0, 0, 0] },
        { "reasoning outside and told in part", [100, 10, 150, null, null, 30], [100, 50, 0, 0, 30] },
        { "reasoning outside, cached inside", [100, 10, 150, 60, null, 40], [100, 50, 60, 0, 40] },
        { "reasoning above the completion, no total", [100, 10, null, null, null, 40], [100, 50, 0, 0, 40] },
        { "reasoning above the completion, total without it", [100, 10, 110, null, null, 40], [100, 10, 0, 0, 10] },
        { "cached outside, total with it", [100, 10, 5110, 5000, null, null], [5100, 10, 5000, 0, 0] },
        { "cached outside, total without it", [100, 10, 110, 5000, null, null], [5100, 10, 5000, 0, 0] },
        { "cached outside, no total", [100, 10, null, 5000, null, null], [5100, 10, 5000, 0, 0] },
        { "cached outside, below the prompt, told by the total", [6000, 10, 11010, 5000, null, null], [11000, 10, 5000, 0, 0] },
        { "cached and reasoning outside, total with both", [100, 10, 5150, 5000, null, 40], [5100, 50, 5000, 0, 40] },
        { "cached and reasoning outside, below the prompt", [6000, 10, 11050, 5000, null, 40], [11000, 50, 5000, 0, 40] },
        { "cached outside, reasoning in the total alone", [100, 10, 150, 5000, null, 40], [5100, 50, 5000, 0, 40] },
        { "written outside, no total", [100, 10, null, null, 5000, null], [5100, 10, 0, 5000, 0] },
        { "written and read outside, no total", [100, 10, null, 4000, 1000, null], [5100, 10, 4000, 1000, 0] },
        { "written and read outside, total with both", [100, 10, 5110, 4000, 1000, null], [5100, 10, 4000, 1000, 0] },
        { "written and read outside, total without them", [100, 10, 110, 4000, 1000, null], [5100, 10, 4000, 1000, 0] },
        { "written and read outside, total with those read", [100, 10, 4110, 4000, 1000, null], [5100, 10, 4000, 1000, 0] },
        { "written and read inside", [6000, 10, 6010, 4000, 1000, null], [6000, 10, 4000, 1000, 0] },
        { "read inside, written outside, told by the total", [5100, 10, 5310, 5000, 200, null], [5300, 10, 5000, 200, 0] },
        { "nothing but cached", [0, 10, 10, 5000, null, null], [5000, 10, 5000, 0, 0] },
        { "prompt and total", [100, null, 140, null, null, null], [100, 40, 0, 0, 0] },
        { "prompt and total, cached outside", [100, null, 5140, 5000, null, null], [5100, 40, 5000, 0, 0] },
        { "prompt and total, cached outside of both", [100, null, 140, 5000, null, null], [5100, 40, 5000, 0, 0] },
        { "completion and total", [null, 40, 140, null, null, null], [100, 40, 0, 0, 0] },
        { "completion and total, cached outside of both", [null, 40, 140, 5000, null, null], [5100, 40, 5000, 0, 0] },
        { "total below the sum", [100, 10, 50, null, null, null], [100, 10, 0, 0, 0] },
        { "total of zero", [100, 10, 0, null, null, null], [100, 10, 0, 0, 0] },
        { "total below zero", [100, 10, -7, null, null, null], [100, 10, 0, 0, 0] },
        { "numbers below zero", [100, 10, 110, -5, -5, -5], [100, 10, 0, 0, 0] },
        { "zeros", [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0] },
        { "a total beyond all measure", [100, 10, long.MaxValue, null, null, null], [100, int.MaxValue, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task Every_way_to_count_gives_the_same_numbers_everywhere(string how, long?[] told, int[] expected)
    {
        var usage = new TokenUsage(expected[0], expected[1]);
        foreach (var way in Enum.GetValues<Way>())
        {
            var (shown, route, metrics) = await RunAsync(way, Details(told));
            var because = $"{how}, {way}";
            (route.Usage.PromptTokens, route.Usage.CompletionTokens).Should().Be((usage.PromptTokens, usage.CompletionTokens), because);
            (route.Usage.CachedTokens, route.Usage.ReasoningTokens).Should().Be((expected[2], expected[4]), because);
            route.Attempts[^1].Usage.Should().Be(route.Usage, because);
            (metrics.TotalPromptTokens, metrics.TotalCompletionTokens).Should().Be((usage.PromptTokens, usage.CompletionTokens), because);
            (shown!.InputTokenCount, shown.OutputTokenCount, shown.TotalTokenCount)
                .Should().Be(((long?)usage.PromptTokens, (long?)usage.CompletionTokens, (long?)usage.TotalTokens), because);
            // Cached tokens cost a tenth, the others 1 per 1,000, those of the answer 10.
            route.Cost.Should().Be(
                ((usage.PromptTokens - expected[2]) * 1m + expected[2] * 0.1m + usage.CompletionTokens * 10m) / 1000m, because);
        }
    }

    [Theory]
    [BothModes]
    public async Task Counts_that_come_in_parts_are_seen_together(bool streamed)
    {
        var route = await PartsAsync(
            streamed,
            new() { InputTokenCount = 100 },
            new() { CachedInputTokenCount = 5000 },
            new() { OutputTokenCount = 10 },
            new() { TotalTokenCount = 5150 });
        route.Usage.Should().Be(new TokenUsage(5100, 50) { CachedTokens = 5000, Source = UsageSource.Provider });
    }

    [Theory]
    [BothModes]
    public async Task Each_round_of_a_tool_loop_is_corrected_by_itself(bool streamed)
    {
        var route = await PartsAsync(
            streamed,
            new() { InputTokenCount = 100, OutputTokenCount = 10, TotalTokenCount = 110, CachedInputTokenCount = 5000 },
            new() { InputTokenCount = 8000, OutputTokenCount = 10, TotalTokenCount = 8050, ReasoningTokenCount = 40 });
        route.Usage.Should().Be(new TokenUsage(13100, 60) { CachedTokens = 5000, ReasoningTokens = 40, Source = UsageSource.Provider });
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task A_router_inside_a_router_has_the_same_numbers(string how, long?[] told, int[] expected)
    {
        foreach (var streamed in new[] { true, false })
        {
            var inner = RouterOf(
                () => Some.Updates(Some.Word("x"), Some.Finish(), new ChatResponseUpdate { Contents = [new UsageContent(Details(told))] }));
            await using var outer = InOrder(null, new ChatClientProvider("outer", inner));
            var (_, route) = await outer.RunAsync(streamed);
            (route.Usage.PromptTokens, route.Usage.CompletionTokens, route.Usage.CachedTokens, route.Usage.CacheWriteTokens,
                route.Usage.ReasoningTokens)
                .Should().Be((expected[0], expected[1], expected[2], expected[3], expected[4]), $"{how}, streamed: {streamed}");
        }
    }

    [Theory]
    [BothModes]
    public async Task A_cost_that_a_vendor_reports_to_an_inner_router_reaches_the_outer_one(bool streamed)
    {
        var inner = RouterOf(() => Some.Updates(Some.Word("x"), Some.Finish(), new ChatResponseUpdate
        {
            Contents = [
                new UsageContent(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 10, TotalTokenCount = 150 }.WithCost(0.5m))],
        }));
        await using var outer = InOrder(new() { Prices = PricingTable.Empty("USD") }, new ChatClientProvider("outer", inner));
        (await outer.RunAsync(streamed)).Route.Should().BeEquivalentTo(new { Cost = 0.5m, CostSource = CostSource.Vendor });
    }

    [Fact]
    public async Task A_total_alone_is_kept_and_the_same_in_every_way()
    {
        foreach (var way in Enum.GetValues<Way>())
        {
            var (shown, route, _) = await RunAsync(way, new() { TotalTokenCount = 50 });
            route.Usage.TotalTokens.Should().Be(50, $"the vendor says so, {way}");
            route.Usage.Source.Should().Be(UsageSource.Estimate);
            (shown!.InputTokenCount, shown.OutputTokenCount, shown.TotalTokenCount)
                .Should().Be(((long?)route.Usage.PromptTokens, (long?)route.Usage.CompletionTokens, (long?)50), way.ToString());
        }
    }

    [Fact]
    public async Task A_total_alone_that_is_less_than_what_was_counted_is_kept_too()
    {
        var (_, route, _) = await RunAsync(Way.Stream, new() { TotalTokenCount = 3 });
        route.Usage.TotalTokens.Should().Be(3);
    }

    [Fact]
    public async Task What_the_provider_handed_out_stays_as_it_was()
    {
        foreach (var way in Enum.GetValues<Way>())
        {
            var told = new UsageDetails
            {
                InputTokenCount = 100,
                OutputTokenCount = 10,
                TotalTokenCount = 5150,
                CachedInputTokenCount = 5000,
                AdditionalCounts = new() { ["own"] = 7 }
            };
            var (shown, _, _) = await RunAsync(way, told);
            (told.InputTokenCount, told.OutputTokenCount, told.TotalTokenCount, told.AdditionalCounts["own"])
                .Should().Be((100, 10, 5150, 7), way.ToString());
            shown!.AdditionalCounts!["own"].Should().Be(7, way.ToString());
        }
    }

    /// <summary>How an answer can come: a live stream or a call, in updates or whole.</summary>
    public enum Way
    {
        Stream,
        StreamOfWhole,
        Updates,
        Whole,
    }

    private static UsageDetails Details(long?[] told) => new()
    {
        InputTokenCount = told[0],
        OutputTokenCount = told[1],
        TotalTokenCount = told[2],
        CachedInputTokenCount = told[3],
        ReasoningTokenCount = told[5],
        AdditionalCounts = told[4] is { } written ? new() { ["CacheCreationInputTokens"] = written } : null,
    };

    private static async Task<RouteResult> PartsAsync(bool streamed, params UsageDetails[] parts)
    {
        await using var router = RouterOf(() => Some.Updates(
            [Some.Word("x"), Some.Finish(), .. parts.Select(p => new ChatResponseUpdate { Contents = [new UsageContent(p)] })]));
        return (await router.RunAsync(streamed)).Route;
    }

    private static async Task<(UsageDetails? Shown, RouteResult Route, ProviderMetrics Metrics)> RunAsync(Way way, UsageDetails told)
    {
        var whole = new ChatResponse(new ChatMessage(ChatRole.Assistant, "x"))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = told,
            ModelId = "m"
        };
        await using var router = RouterOf(() => way is Way.Whole or Way.StreamOfWhole
            ? Some.Updates(WholeAnswer.From(whole))
            : Some.Updates(Some.Word("x"), Some.Finish(), new ChatResponseUpdate { Contents = [new UsageContent(told)] }));
        if (way is Way.Whole or Way.Updates)
        {
            var response = await router.RouteAsync("hello");
            return (response.Response.Usage, response, router.GetMetrics()["a"]);
        }

        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in router.RouteStreamAsync("hello"))
            updates.Add(update);
        return (updates.ToChatResponse().Usage, updates[^1].GetRoute()!, router.GetMetrics()["a"]);
    }

    private static Router RouterOf(Func<IAsyncEnumerable<ChatResponseUpdate>> answer) => InOrder(
        new() { Prices = PricingTable.Empty("USD").With("acme", "m", new ModelPrice(1m, 10m, 0.1m)) },
        new FakeProvider("a", (_, _) => answer()) { Info = new("a", "acme", "m") });
}
