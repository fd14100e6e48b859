using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Telemetry;

/// <summary>The instruments of a router's meter.</summary>
public sealed class MeterTests : IDisposable
{
    private readonly Watch _watch = new();

    public void Dispose() => _watch.Dispose();

    [Theory]
    [BothModes]
    public async Task Attempts_are_measured_under_the_names_of_version_1_41_by_default(bool streamed)
    {
        await using var router = InOrder(
            _watch.Options(), FakeProvider.Failing("a", LlmErrorKind.ServerError), FakeProvider.Answering("b", "ok"));
        var (_, route) = await router.RunAsync(streamed);

        var durations = _watch.Of("gen_ai.client.operation.duration");
        durations.Select(d => d.Tags.GetValueOrDefault("error.type")).Should().Equal(["ServerError", null]);
        durations.Should().OnlyContain(d => d.Unit == "s" && (string)d.Tags["gen_ai.provider.name"]! == "mock");
        var tokens = _watch.Of("gen_ai.client.token.usage")
            .Where(t => (string)t.Tags["gen_ai.request.model"]! == route.Provider.Model).ToList();
        tokens.Single(t => (string)t.Tags["gen_ai.token.type"]! == "input").Value.Should().Be(route.Usage.PromptTokens);
        tokens.Single(t => (string)t.Tags["gen_ai.token.type"]! == "output").Value.Should().Be(route.Usage.CompletionTokens);
        _watch.Of("gen_ai.client.operation.time_to_first_chunk").Should().HaveCount(streamed ? 1 : 0);
        _watch.Measurements.Should().NotContain(m => m.Name.StartsWith("gen_ai.client.inference", StringComparison.Ordinal));
    }

    [Theory]
    [BothModes(GenAiConventions.GenAi010)]
    [BothModes(GenAiConventions.Both)]
    public async Task The_renamed_conventions_come_instead_or_besides_when_they_are_asked_for(GenAiConventions conventions, bool streamed)
    {
        await using var router = InOrder(_watch.Options(t => t.Conventions = conventions), FakeProvider.Answering("a", "ok"));
        var (_, route) = await router.RunAsync(streamed);
        _watch.Of("gen_ai.client.inference.duration").Should().ContainSingle();
        _watch.Of("gen_ai.client.inference.usage.output_tokens").Should().ContainSingle()
            .Which.Should().Match<Watch.Measured>(
                m => m.Value == route.Usage.CompletionTokens && (string)m.Tags["gen_ai.token.modality"]! == "unknown");
        _watch.Of("gen_ai.client.operation.duration").Should().HaveCount(conventions == GenAiConventions.Both ? 1 : 0);
    }

    [Theory]
    [InlineData(null, GenAiConventions.Version141)]
    [InlineData("http", GenAiConventions.Version141)]
    [InlineData("gen_ai_latest_experimental", GenAiConventions.GenAi010)]
    [InlineData("http, gen_ai_latest_experimental", GenAiConventions.GenAi010)]
    [InlineData("gen_ai_latest_experimental/dup", GenAiConventions.Both)]
    public void The_environment_chooses_the_names_unless_the_option_does(string? value, GenAiConventions expected)
    {
        string? Environment(string name) => name == "OTEL_SEMCONV_STABILITY_OPT_IN" ? value : null;
        TelemetryConventions.Of(new(), Environment).Should().Be(expected);
        TelemetryConventions.Of(new() { Conventions = GenAiConventions.Both }, Environment).Should().Be(GenAiConventions.Both);
    }

    [Theory]
    [BothModes]
    public async Task Calls_cost_waste_and_changes_of_state_are_the_router_s_own_instruments(bool streamed)
    {
        await using var router = InOrder(_watch.Options());
        var price = new ProviderOptions { Price = new ModelPrice(1000, 2000) };
        router.AddProvider(new FakeProvider("a", (_, _) => Some.Cut(["half"], Script.Error(LlmErrorKind.Authentication))), price);
        router.AddProvider(FakeProvider.Answering("b", "ok"), price);
        if (streamed)
            await router.FailAsync<LlmException>(streamed);
        else
            await router.RunAsync(streamed);

        var metrics = router.GetMetrics();
        _watch.Of("orchestrator.call.duration").Should().ContainSingle()
            .Which.Tags["orchestrator.outcome"].Should().Be(streamed ? "failure" : "success");
        _watch.Of("orchestrator.cost").Sum(m => (decimal)m.Value).Should().Be(metrics.Values.Sum(m => m.TotalCost));
        _watch.Of("orchestrator.waste.tokens").Should().ContainSingle()
            .Which.Value.Should().Be(metrics["a"].TotalPromptTokens + metrics["a"].TotalCompletionTokens);
        _watch.Of("orchestrator.waste.cost").Single().Tags["orchestrator.waste.cause"].Should().Be("failed");
        _watch.Of("orchestrator.provider.state_changes").Should().ContainSingle().Which.Tags["orchestrator.state"].Should().Be("excluded");
    }

    [Fact]
    public async Task Sums_of_spans_and_meters_equal_the_router_s_own_under_random_calls()
    {
        var random = new Random(7);
        var options = _watch.Options(t => t.IncludeCost = true);
        await using var router = InOrder(options);
        foreach (var name in new[] { "a", "b", "c" })
        {
            router.AddProvider(
                new FakeProvider(name, (_, _) => Random(random) switch
                {
                    0 => Some.Failure(Script.Error(LlmErrorKind.InvalidRequest)),
                    1 => Some.Cut(["cut"], Script.Error(LlmErrorKind.ContextLengthExceeded)),
                    _ => Some.Answer("one", "two"),
                }),
                new() { Price = new ModelPrice(1000, 2000) });
        }

        await Parallel.ForAsync(0, 3000, async (i, token) =>
        {
            try
            {
                await router.RunAsync(streamed: i % 2 == 0, cancellationToken: token);
            }
            catch (LlmException)
            {
                // Counted all the same.
            }
        });
        var metrics = router.GetMetrics().Values.ToList();
        var spans = _watch.AttemptSpans;
        spans.Should().HaveCount((int)metrics.Sum(m => m.TotalRequests));
        spans.Sum(s => (int)s.GetTagItem("gen_ai.usage.input_tokens")!).Should().Be((int)metrics.Sum(m => m.TotalPromptTokens));
        spans.Sum(s => (int)s.GetTagItem("gen_ai.usage.output_tokens")!).Should().Be((int)metrics.Sum(m => m.TotalCompletionTokens));
        spans.Sum(s => (decimal)(double)(s.GetTagItem("orchestrator.cost.amount") ?? 0.0)).Should().Be(metrics.Sum(m => m.TotalCost));
        _watch.Of("gen_ai.client.token.usage").Sum(m => (long)m.Value)
            .Should().Be(metrics.Sum(m => m.TotalPromptTokens + m.TotalCompletionTokens));
        _watch.CallSpans.Should().HaveCount(3000);
        var totals = router.GetTotals();
        (totals.TotalCalls, totals.Cost).Should().Be((3000, metrics.Sum(m => m.TotalCost)));
        _watch.Of("orchestrator.waste.tokens").Sum(m => (long)m.Value).Should().Be(totals.Wasted.Values.Sum(w => w.Tokens));
    }

    private static int Random(Random random)
    {
        lock (random)
            return random.Next(5);
    }
}
