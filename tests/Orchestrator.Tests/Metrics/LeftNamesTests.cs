using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Metrics;

/// <summary>Names and models that are not used any more cost little memory, and their totals stay.</summary>
[Collection(Timed.Name)] // Memory is measured of the whole process.
public sealed class LeftNamesTests
{
    private const int Most = 400;

    [Theory]
    [InlineData("names")]
    [InlineData("models")]
    public async Task What_has_left_keeps_its_totals_in_400_bytes(string what)
    {
        const int Warm = 300, Many = 4000;
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = new Router().ExportingTo(registry);
        await UseAsync(router, what, 0, Warm);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await UseAsync(router, what, Warm, Many);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Many;
        each.Should().BeLessThan(Most);

        var page = await Exposition.ReadAsync(registry);
        page.Sum("llm_requests_total").Should().Be(Warm + Many);
        page.Sum("llm_tokens_total", "type=\"prompt\"").Should().Be(3 * (Warm + Many));
        page.Sum("llm_request_latency_seconds_count").Should().Be(Warm + Many);
        page[what == "names" ? Success("name-1234", "m") : Success("a", "model-1234")].Should().Be(1);
        GC.KeepAlive(router);
    }

    [Theory]
    [InlineData("names")]
    [InlineData("models")]
    public async Task What_has_left_keeps_its_totals_in_400_bytes_after_scrapes_too(string what)
    {
        const int Warm = 200, Many = 2000, Step = 100;
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = new Router().ExportingTo(registry);
        for (var i = 0; i < Warm; i += Step)
            await UseAndScrapeAsync(i);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = Warm; i < Warm + Many; i += Step)
            await UseAndScrapeAsync(i);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Many;
        each.Should().BeLessThan(Most);
        GC.KeepAlive(router);

        async Task UseAndScrapeAsync(int from)
        {
            await UseAsync(router, what, from, Step);
            // Every scrape shows all that has come since the one before.
            var page = await Exposition.ReadAsync(registry);
            for (var i = from; i < from + Step; i++)
                page[what == "names" ? Success($"name-{i}", "m") : Success("a", $"model-{i}")].Should().Be(1);
            await Exposition.ReadAsync(registry);
        }
    }

    [Theory]
    [BothModes]
    public async Task Series_that_gave_way_come_back_with_their_totals(bool streamed)
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = new Router(new RouterOptions { Retry = RetryOptions.None }).ExportingTo(registry);
        foreach (var model in new[] { "m1", "m2", "m1" })
        {
            for (var i = 0; i < 2; i++)
            {
                router.AddProvider(Provider("back", model), new ProviderOptions { Price = new ModelPrice(1000, 1000) });
                await router.AskAsync(streamed, new ChatOptions { ModelId = "back" });
                router.RemoveProvider("back");
                router.AddProvider(FakeProvider.Failing("broken", LlmErrorKind.ServerError));
                await router.FailAsync<LlmException>(streamed, new ChatOptions { ModelId = "broken" });
                router.RemoveProvider("broken");
            }

            for (var from = 0; from < 300; from += 100)
            {
                await UseAsync(router, "names", from, 100);
                await Exposition.ReadAsync(registry);
            }

            (await Exposition.ReadAsync(registry)).Text.Should().NotContain("\"back\"").And.NotContain("\"broken\"");
        }

        router.AddProvider(Provider("back", "m1"), new ProviderOptions { Price = new ModelPrice(1000, 1000) });
        router.AddProvider(FakeProvider.Failing("broken", LlmErrorKind.ServerError));
        await router.AskAsync(streamed, new ChatOptions { ModelId = "back" });
        var page = await Exposition.ReadAsync(registry);
        var (back, broken) = (router.GetMetrics()["back"], router.GetMetrics()["broken"]);
        (page[Success("back", "m1")], back.TotalRequests).Should().Be((5, 7));
        page["llm_tokens_total{provider=\"back\",model=\"m1\",type=\"prompt\"}"].Should().Be(15);
        page.Sum("llm_cost_total", "provider=\"back\",model=\"m1\"").Should().Be(20);
        page["llm_request_latency_seconds_count{provider=\"back\",model=\"m1\"}"].Should().Be(5);
        page["llm_request_latency_seconds_bucket{provider=\"back\",model=\"m1\",le=\"+Inf\"}"].Should().Be(5);
        page["llm_time_to_first_token_seconds_count{provider=\"back\",model=\"m1\"}"].Should().Be(streamed ? 5 : 0);
        (page["llm_errors_total{provider=\"broken\",kind=\"ServerError\"}"], broken.FailedRequests).Should().Be((6, 6));
        page["llm_provider_state_changes_total{provider=\"broken\",state=\"ejected\"}"].Should().Be(broken.Ejections);
    }

    [Fact]
    public async Task Errors_of_a_model_that_gave_way_stay_with_their_provider()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = new Router(new RouterOptions { Retry = RetryOptions.None }).ExportingTo(registry);
        for (var i = 1; i <= 150; i++)
        {
            var model = $"model-{i}";
            router.ReplaceProviders([new ProviderRegistration(
                new FakeProvider("a", (_, _) => throw new LlmException(LlmErrorKind.ServerError, "broken"))
                {
                    Info = new("a", "mock", model)
                })]);
            await router.FailAsync<LlmException>(streamed: false);
            var page = await Exposition.ReadAsync(registry);
            page["llm_errors_total{provider=\"a\",kind=\"ServerError\"}"].Should().Be(i);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_name_that_comes_back_goes_on_with_its_totals(bool shared, bool scraped)
    {
        var registry = shared ? Prometheus.Metrics.NewCustomRegistry() : null;
        await using var router = new Router(new RouterOptions { Retry = RetryOptions.None }).ExportingTo(registry);
        async Task ScrapeAsync()
        {
            if (scraped && shared)
                await Exposition.ReadAsync(registry!);
        }

        for (var round = 1; round <= 3; round++)
        {
            router.AddProvider(Provider("back", $"m{round % 2}"), new ProviderOptions { Price = new ModelPrice(1000, 1000) });
            await router.RouteAsync("hello");
            var failing = FakeProvider.Failing("broken", LlmErrorKind.ServerError);
            router.AddProvider(failing);
            await router.FailAsync<LlmException>(streamed: true, new ChatOptions { ModelId = "broken" });
            await ScrapeAsync();
            (router.RemoveProvider("back"), router.RemoveProvider("broken")).Should().Be((true, true));
            await UseAsync(router, "names", 100 * round, 30);
            await ScrapeAsync();
        }

        router.AddProvider(Provider("back", "m7"));
        router.AddProvider(FakeProvider.Failing("broken", LlmErrorKind.ServerError));
        var (back, broken) = (router.GetMetrics()["back"], router.GetMetrics()["broken"]);
        (back.TotalRequests, back.TotalPromptTokens, back.TotalCompletionTokens, back.TotalCost).Should().Be((3, 9, 3, 12));
        (back.AverageLatency > TimeSpan.Zero, broken.FailedRequests, broken.TotalRequests).Should().Be((true, 3, 3));
        if (!shared)
            return;
        var page = await Exposition.ReadAsync(registry!);
        (page[Success("back", "m0")], page[Success("back", "m1")]).Should().Be((1, 2));
        page["llm_errors_total{provider=\"broken\",kind=\"ServerError\"}"].Should().Be(3);
        page["llm_request_latency_seconds_count{provider=\"back\",model=\"m1\"}"].Should().Be(2);
        page.Sum("llm_requests_total").Should().Be(6 + 90);
    }

    [Fact]
    public async Task Gauges_go_with_a_name_however_long_ago_it_left()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = new Router().ExportingTo(registry);
        router.AddProvider(Provider("left", "m"));
        (await Exposition.ReadAsync(registry)).Text.Should().Contain("llm_provider_health{provider=\"left\"} 1");
        router.RemoveProvider("left");
        await UseAsync(router, "names", 0, 100);
        (await Exposition.ReadAsync(registry)).Text.Should().NotContain("llm_provider_health{").And.Contain(Success("left", "m"));
    }

    [Fact]
    public async Task An_attempt_that_ends_after_its_name_has_left_counts_all_the_same()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = new Router().ExportingTo(registry);
        var gate = new TaskCompletionSource();
        router.AddProvider(new FakeProvider("slow", (_, _) => After(gate.Task)) { Info = new("slow", "mock", "m") });
        var running = router.RouteAsync("hello");
        router.RemoveProvider("slow");
        await UseAsync(router, "names", 0, 100);
        (await Exposition.ReadAsync(registry))["llm_in_flight_requests{provider=\"slow\"}"].Should().Be(1);
        gate.SetResult();
        await running;
        await UseAsync(router, "names", 100, 100);
        (await Exposition.ReadAsync(registry))[Success("slow", "m")].Should().Be(1);
        router.AddProvider(Provider("slow", "m"));
        router.GetMetrics()["slow"].TotalRequests.Should().Be(1);
    }

    [Fact]
    public async Task A_name_that_comes_back_at_once_has_its_latencies_too()
    {
        await using var router = new Router();
        var provider = Provider("a", "m");
        router.AddProvider(provider, leaveOpen: true);
        await router.RouteAsync("hello");
        var before = router.GetMetrics()["a"];
        router.RemoveProvider("a");
        router.AddProvider(provider);
        router.GetMetrics()["a"].Should().Be(before);
    }

    private static async Task UseAsync(Router router, string what, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            var provider = what == "names" ? Provider($"name-{i}", "m") : Provider("a", $"model-{i}");
            if (what == "names")
            {
                router.AddProvider(provider);
                await router.RouteAsync("hello", new ChatOptions { ModelId = provider.Info.Name });
                router.RemoveProvider(provider.Info.Name);
            }
            else
            {
                router.ReplaceProviders([new ProviderRegistration(provider)]);
                await router.RouteAsync("hello");
            }
        }
    }

    private static FakeProvider Provider(string name, string model) =>
        new(name, (_, _) => Some.Answer("ok")) { Info = new(name, "mock", model) };

    private static async IAsyncEnumerable<ChatResponseUpdate> After(Task gate)
    {
        await gate;
        yield return Some.Word("ok");
        yield return Some.Finish();
    }

    private static string Success(string provider, string model) =>
        $"llm_requests_total{{provider=\"{provider}\",model=\"{model}\",status=\"success\"}}";
}
