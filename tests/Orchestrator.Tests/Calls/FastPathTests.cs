using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>What is done the short way comes to what the long way gives.</summary>
public class FastPathTests
{
    private static readonly AsyncLocal<string?> Local = new();

    [Fact]
    public void Equal_prices_of_other_scales_are_equal()
    {
        new ModelPrice(1.0m, 2m).Should().Be(new ModelPrice(1.00m, 2.0m));
        new ModelPrice(1.0m).GetHashCode().Should().Be(new ModelPrice(1.00m).GetHashCode());
    }

    [Fact]
    public void A_cost_keeps_the_digits_of_the_cached_price() =>
        new ModelPrice(0.0025m, 0.01m, 0.00125m).CostOf(new(1000, 1000))
            .ToString(System.Globalization.CultureInfo.InvariantCulture).Should().Be("0.01250000");

    [Fact]
    public void A_cost_is_rounded_as_before()
    {
        var price = new ModelPrice(0.000008445230993404597403m, 0.195227137392027m);
        price.CostOf(new(1000, 1959002938) { CachedTokens = 1 }).Should().Be(382450.53573675578176873059740m);
    }

    [Fact]
    public async Task Absurd_counts_are_corrected()
    {
        var usage = new UsageDetails
        {
            InputTokenCount = 12,
            OutputTokenCount = 7,
            TotalTokenCount = 19,
            CachedInputTokenCount = int.MaxValue,
            ReasoningTokenCount = 7,
        };
        await using var router = new Router();
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Updates(
            [new(ChatRole.Assistant, "ok"), new() { FinishReason = ChatFinishReason.Stop, Contents = [new UsageContent(usage)] }])));
        (await router.RouteAsync("hi")).Usage.PromptTokens.Should().Be(int.MaxValue);
    }

    [Theory]
    [BothModes]
    public async Task Contexts_are_the_callers_own_where_the_flow_is_suppressed_and_for_synchronization(bool streamed)
    {
        var result = await Task.Factory.StartNew(
            () =>
            {
                var router = new Router();
                router.AddProvider(new FakeProvider("a", (_, _) =>
                {
                    Local.Value = "provider";
                    SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                    return Some.Answer("ok");
                }));
                Local.Value = "caller";
                using (ExecutionContext.SuppressFlow())
                {
                    if (streamed)
                        _ = router.RouteStreamAsync("hi").GetAsyncEnumerator().MoveNextAsync().AsTask();
                    else
                        _ = router.RouteAsync("hi");
                }

                return (Local.Value, SynchronizationContext.Current);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        result.Should().Be(("caller", null));
    }

    [Theory]
    [BothModes]
    public async Task A_flow_that_a_provider_suppresses_flows_on_for_the_caller(bool streamed)
    {
        await using var router = new Router();
        router.AddProvider(new FakeProvider("a", (_, _) =>
        {
            _ = ExecutionContext.SuppressFlow();
            return Some.Answer("ok");
        }));
        var pending = streamed
            ? router.RouteStreamAsync("hi").GetAsyncEnumerator().MoveNextAsync().AsTask()
            : (Task)router.RouteAsync("hi");
        ExecutionContext.IsFlowSuppressed().Should().BeFalse();
        await pending;
    }

    [Fact]
    public async Task An_answer_of_two_updates_has_a_list_of_its_own()
    {
        var first = new ChatResponseUpdate(ChatRole.Assistant, "ok");
        var last = new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
        await using var router = new Router();
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Updates([first, last])));
        (await router.RouteAsync("hi")).Response.Messages[0].Contents.Add(new TextContent(" more"));
        (await router.RouteAsync("hi")).Response.Text.Should().Be("ok");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_contents_of_an_answer_of_one_update_are_the_caller_s_own(bool epoch)
    {
        var update = new ChatResponseUpdate(ChatRole.Assistant, "ok") { FinishReason = ChatFinishReason.Stop };
        update.CreatedAt = epoch ? DateTimeOffset.UnixEpoch : null;
        await using var router = new Router();
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Updates(update)));
        var answer = (await router.RouteAsync("hi")).Response;
        answer.Messages[0].CreatedAt.Should().BeNull("the library takes zero for no time");
        answer.Messages[0].Contents.Add(new TextContent(" more"));
        update.Text.Should().Be("ok");
        (await router.RouteAsync("hi")).Response.Text.Should().Be("ok");
    }

    [Fact]
    public async Task An_answer_of_two_updates_has_the_bound_of_any_other()
    {
        await using var router = new Router();
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Updates(
            [new(ChatRole.Assistant, new string('x', 20 << 20)), new() { FinishReason = ChatFinishReason.Stop }])));
        await router.FailAsync<AllProvidersFailedException>(streamed: false);
        router.GetMetrics()["a"].FailedRequests.Should().Be(1);
    }

    public static TheoryData<string> Joined() => ["web", "image", "code", "epoch"];

    [Theory]
    [MemberData(nameof(Joined))]
    public async Task A_buffered_answer_is_what_the_library_collects(string what)
    {
#pragma warning disable MEAI001
        AIContent Part(int i) => what switch
        {
            "web" => new WebSearchToolCallContent("w") { Queries = [$"q{i}"] },
            "image" => new ImageGenerationToolResultContent("i") { Outputs = [new DataContent("data:image/png;base64,AAAA")] },
            "code" => new CodeInterpreterToolCallContent("c") { Inputs = [new TextContent("a"), new TextContent("b")] },
            _ => new TextContent("ok"),
        };
        ChatResponseUpdate[] Updates() =>
        [
            new(ChatRole.Assistant, [Part(0)]) { CreatedAt = what == "epoch" ? DateTimeOffset.UnixEpoch : null },
            new(ChatRole.Assistant, [Part(1)]),
            new() { FinishReason = ChatFinishReason.Stop },
        ];
#pragma warning restore MEAI001
        await using var router = new Router();
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Updates(Updates())));
        var answer = (await router.RouteAsync("hi")).Response;
        var library = Updates().ToChatResponse();
        answer.Messages[0].CreatedAt.Should().Be(library.Messages[0].CreatedAt);
        System.Text.Json.JsonSerializer.Serialize(answer.Messages[0].Contents, AIJsonUtilities.DefaultOptions).Should().Be(
            System.Text.Json.JsonSerializer.Serialize(library.Messages[0].Contents, AIJsonUtilities.DefaultOptions));
    }
}
