using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Tests.Support;
using Prometheus;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>Tokens and money of attempts: once, exactly, and the same wherever they are shown.</summary>
public partial class AttemptAccountingTests
{
    private const string Answer = "The answer has a few words.";

    private static readonly PricingTable Prices = PricingTable.Empty("USD").With("acme", "m", new ModelPrice(0.0015m, 0.002m, 0.0003m));
    private readonly AttemptLog _log = new();
    private readonly Prometheus.CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    [Theory]
    [BothModes]
    public async Task Reported_usage_is_taken_as_it_is(bool streamed)
    {
        var usage =
            new UsageDetails { InputTokenCount = 1001, OutputTokenCount = 333, CachedInputTokenCount = 500, ReasoningTokenCount = 100 };
        var (_, route) = await RunAsync(streamed, Some.Word(Answer), Some.Finish(), Of(usage));
        route.Usage.Should().Be(new TokenUsage(1001, 333) { CachedTokens = 500, ReasoningTokens = 100, Source = UsageSource.Provider });
        // 501 × 0.0015 + 500 × 0.0003 + 333 × 0.002 over 1,000, to the last digit.
        route.Cost.Should().Be(0.0015675m);
        route.Currency.Should().Be("USD");
        _log.Attempts[0].Should().BeEquivalentTo(new { route.Usage, route.Cost, route.Currency });
    }

    [Theory]
    [BothModes]
    public async Task Usages_of_one_attempt_add_up(bool streamed)
    {
        var (_, route) = await RunAsync(streamed, Some.Usage(10, 1), Some.Word("x"), Some.Usage(5, 2), Some.Finish(), Some.Usage(0, 4));
        route.Usage.Should().Be(new TokenUsage(15, 7) { Source = UsageSource.Provider });
    }

    [Theory]
    [BothModes]
    public async Task What_one_half_lacks_the_total_tells(bool streamed)
    {
        var (_, route) = await RunAsync(streamed, Some.Word("x"), Some.Finish(), Of(new() { InputTokenCount = 10, TotalTokenCount = 14 }));
        route.Usage.Should().Be(new TokenUsage(10, 4) { Source = UsageSource.Provider });
    }

    [Theory]
    [InlineData(true, -5L, 0)]
    [InlineData(false, -5L, 0)]
    [InlineData(true, 3_000_000_000L, int.MaxValue)]
    [InlineData(true, long.MaxValue, int.MaxValue)]
    [InlineData(false, long.MaxValue, int.MaxValue)]
    [InlineData(true, long.MinValue, 0)]
    public async Task Numbers_that_cannot_be_are_taken_for_what_they_can(bool streamed, long count, int expected)
    {
        ChatResponseUpdate Absurd() =>
            Of(new() { InputTokenCount = count, OutputTokenCount = count, CachedInputTokenCount = count, ReasoningTokenCount = count });
        var (_, route) = await RunAsync(streamed, Some.Word("x"), Absurd(), Absurd(), Some.Finish());
        route.Usage.Should().Be(
            new TokenUsage(expected, expected) { CachedTokens = expected, ReasoningTokens = expected, Source = UsageSource.Provider });
        route.Cost.Should().BeGreaterThanOrEqualTo(0);
    }

    [Theory]
    [BothModes]
    public async Task Half_a_usage_is_completed_by_counting_and_the_source_is_the_less_certain_one(bool streamed)
    {
        var (_, route) = await RunAsync(streamed, Some.Word(Answer), Some.Finish(), Of(new() { InputTokenCount = 10 }));
        route.Usage.Should().Be(new TokenUsage(10, new TokenCounter().Count(Answer, "m")) { Source = UsageSource.Estimate });
    }

    [Theory]
    [InlineData(true, "m", UsageSource.Estimate)]
    [InlineData(false, "m", UsageSource.Estimate)]
    [InlineData(true, "gpt-4o", UsageSource.Tokenizer)]
    [InlineData(false, "gpt-4o", UsageSource.Tokenizer)]
    public async Task Without_reported_usage_tokens_are_counted_and_the_source_says_how(bool streamed, string model, UsageSource source)
    {
        var info = new ProviderInfo("a", "acme", model);
        await using var router = InOrder(Options(),
            new FakeProvider("a", (_, _) => Some.Updates(Some.Word(Answer[..9]), Some.Word(Answer[9..]), Some.Finish())) { Info = info });
        var (_, route) = await router.RunAsync(streamed);
        var counter = new TokenCounter();
        route.Usage.Should().Be(new TokenUsage(counter.Count(Hello, info), counter.Count(Answer, model)) { Source = source });
    }

    [Theory]
    [BothModes]
    public async Task An_attempt_that_failed_before_any_output_has_no_usage_and_costs_nothing(bool streamed)
    {
        await using var router = InOrder(Options(), Provider("a", (_, _) => Some.Failure(new LlmException(LlmErrorKind.ServerError, "x"))));
        await router.FailAsync<AllProvidersFailedException>(streamed);
        (_log.Attempts[0].Usage, _log.Attempts[0].Cost).Should().Be((default, 0m));
        router.GetMetrics()["a"].UnpricedRequests.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task An_attempt_without_tokens_is_not_counted_as_unpriced_though_its_price_is_unknown(bool streamed)
    {
        using var logs = new Logs();
        var options = Options();
        options.Prices = PricingTable.Empty();
        await using var router =
            InOrder(options, null, logs, Provider("a", (_, _) => Some.Failure(new LlmException(LlmErrorKind.ServerError, "x"))));
        await router.FailAsync<AllProvidersFailedException>(streamed);
        logs.Named("llm_price_unknown").Should().BeEmpty();
        (_log.Attempts[0].Usage.TotalTokens, router.GetMetrics()["a"].UnpricedRequests).Should().Be((0, 0));
    }

    [Theory]
    [BothModes]
    public async Task An_unknown_price_is_null_counted_and_warned_of_once_per_model(bool streamed)
    {
        using var logs = new Logs();
        var options = Options();
        options.Prices = PricingTable.Empty();
        var b = new FakeProvider("b", (_, _) => Some.Answer("x")) { Info = new("b", "acme", "other") };
        await using var router = InOrder(options, null, logs, Provider("a", (_, _) => Some.Answer("x")), b).ExportingTo(_registry);
        for (var i = 0; i < 3; i++)
            (await router.RunAsync(streamed)).Route.Cost.Should().BeNull();
        await router.RunAsync(streamed, options: new ChatOptions { ModelId = "b" });

        var metrics = router.GetMetrics()["a"];
        (metrics.UnpricedRequests, metrics.TotalCost).Should().Be((3, 0m));
        logs.Named("llm_price_unknown").Select(r => r.GetStructuredStateValue("model")).Should().Equal("m", "other");
        logs.Named("llm_request_completed").First().GetStructuredStateValue("cost").Should().BeNull("null is not zero");
        var page = await Exposition.ReadAsync(_registry);
        page["llm_unpriced_requests_total{provider=\"a\",model=\"m\"}"].Should().Be(3);
        page["llm_cost_total{provider=\"a\",model=\"m\",currency=\"RUB\"}"].Should().Be(0);
    }

    [Fact]
    public async Task A_price_of_the_provider_s_own_wins_over_the_table_and_zero_is_known()
    {
        await using var router = new Router(Options())
            .AddProvider(Provider("a", (_, _) => Some.Answer("x")), new ProviderOptions { Price = new ModelPrice(10m) })
            .AddProvider(new FakeProvider("b", (_, _) => Some.Answer("x")) { Info = new("b", "acme", "free") }, new ProviderOptions
            {
                Price = new ModelPrice(0m)
            });
        (await router.RouteAsync("hello", new ChatOptions { ModelId = "a" })).Cost.Should().Be(0.04m);
        (await router.RouteAsync("hello", new ChatOptions { ModelId = "b" })).Cost.Should().Be(0m);
        router.GetMetrics()["b"].UnpricedRequests.Should().Be(0);
    }

    [Fact]
    public async Task An_outdated_price_is_reported_once_with_both_numbers()
    {
        using var logs = new Logs();
        await using var router = new Router(new RouterOptions(), logs);
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Answer("x")) { Info = new("a", "gigachat", "GigaChat") });
        router.AddProvider(new FakeProvider("b", (_, _) => Some.Answer("x")) { Info = new("b", "gigachat", "GigaChat") });
        router.AddProvider(new FakeProvider("c", (_, _) => Some.Answer("x")) { Info = new("c", "gigachat", "GigaChat-2") });
        await router.RouteAsync("hello");

        var record = logs.Named("llm_price_outdated").Should().ContainSingle().Subject;
        record.Level.Should().Be(LogLevel.Warning);
        record.GetStructuredStateValue("old_price").Should().Be("1.00");
        record.GetStructuredStateValue("tariff").Should().Be("0.065");
        record.GetStructuredStateValue("model").Should().Be("GigaChat");
        record.Message.Should().Contain("1.00").And.Contain("0.065").And.Contain("RUB");
    }

    [Theory]
    [InlineData(AttemptOutcome.Failed)]
    [InlineData(AttemptOutcome.Cancelled)]
    [InlineData(AttemptOutcome.Abandoned)]
    public async Task A_stream_that_was_cut_cancelled_or_abandoned_has_usage_and_cost(AttemptOutcome outcome)
    {
        using var cancel = new CancellationTokenSource();
        var options = Options();
        await using var router = InOrder(
            options, Provider("a", (_, token) => CutWhenCancelledAsync(outcome == AttemptOutcome.Failed, token))).ExportingTo(_registry);
        try
        {
            await foreach (var update in router.RouteStreamAsync("hello", null, cancel.Token))
            {
                if (outcome == AttemptOutcome.Abandoned && update.Text == "two ")
                    break;
                if (outcome == AttemptOutcome.Cancelled && update.Text == "two ")
                    await cancel.CancelAsync();
            }
        }
        catch (Exception e) when (e is LlmException or OperationCanceledException)
        {
            // That is what the theory is about.
        }

        var attempt = _log.Attempts.Should().ContainSingle().Subject;
        attempt.Outcome.Should().Be(outcome);
        var counter = new TokenCounter();
        attempt.Usage.Should().Be(
            new TokenUsage(counter.Count(Hello, attempt.Provider), counter.Count("one two ", "m")) { Source = UsageSource.Estimate });
        attempt.Cost.Should().Be(Prices.CostOf("acme", "m", attempt.Usage)).And.BePositive();
        await AssertSameNumbersAsync(router, _registry);
    }

    [Fact]
    public async Task Cost_is_summed_as_decimal_without_drift()
    {
        var options = Options();
        await using var router = InOrder(options, Provider("a", (_, _) => Some.Updates(Some.Word("x"), Some.Finish(), Some.Usage(1, 1))));
        for (var i = 0; i < 1000; i++)
            await router.RouteAsync("hello");
        router.GetMetrics()["a"].TotalCost.Should().Be(0.0035m, "a thousand times 0.0000035");
    }

    private static ChatResponseUpdate Of(UsageDetails usage) => new() { Contents = [new UsageContent(usage)] };

    private static FakeProvider Provider(string name, Func<LlmRequest, CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> generate) =>
        new(name, generate) { Info = new(name, "acme", "m") };

    private static async IAsyncEnumerable<ChatResponseUpdate> CutWhenCancelledAsync(
        bool cut, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        yield return Some.Word("one ");
        yield return Some.Word("two ");
        if (cut)
            throw new IOException("reset");
        await Task.Delay(Timeout.Infinite, token);
    }

    private RouterOptions Options() => new() { Prices = Prices, Observers = { _log } };

    private async Task<(string Text, RouteResult Route)> RunAsync(bool streamed, params ChatResponseUpdate[] updates)
    {
        await using var router = InOrder(Options(), Provider("a", (_, _) => Some.Updates(updates)));
        return await router.RunAsync(streamed);
    }
}
