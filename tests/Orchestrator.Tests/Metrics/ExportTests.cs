using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Tests.Support;
using Prometheus;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Metrics;

/// <summary>One router shows its metrics in several registries and at its endpoint: all of them have the same totals.</summary>
public sealed class ExportTests
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    [Theory]
    [BothModes]
    public async Task All_registries_and_the_endpoint_show_the_same_totals(bool streamed)
    {
        await using var router = NewRouter();
        using var early = router.ExportTo(_registry);
        var server = await router.StartMetricsServerAsync(port: 0);
        using var http = new HttpClient();
        for (var i = 1; i <= 100; i++)
        {
            await router.AskAsync(streamed);
            if (i % 10 == 0)
                await Exposition.ReadAsync(_registry);
            if (i % 20 == 0)
                await http.GetStringAsync(server.Url);
        }

        for (var i = 0; i < 40; i++)
        {
            router.ReplaceProviders([new(NewProvider($"model-{i}"))]);
            await router.AskAsync(streamed);
            await Exposition.ReadAsync(_registry);
        }

        var lateRegistry = Prometheus.Metrics.NewCustomRegistry();
        using var late = router.ExportTo(lateRegistry);
        for (var more = 0; more < 2; more++)
        {
            var pages = new[]
            {
                Numbers((await Exposition.ReadAsync(_registry)).Text),
                Numbers((await Exposition.ReadAsync(lateRegistry)).Text),
                Numbers(await http.GetStringAsync(server.Url)),
            };
            pages[0]["llm_calls_total{outcome=\"success\"}"].Should().Be(140 + more);
            pages[0]["llm_call_duration_seconds_count"].Should().Be(140 + more);
            pages[0]["llm_requests_total{provider=\"a\",model=\"model-3\",status=\"success\"}"].Should().Be(1);
            foreach (var page in pages[1..])
            {
                page.Keys.Should().BeEquivalentTo(pages[0].Keys);
                foreach (var (series, value) in pages[0])
                    page[series].Should().BeApproximately(value, 1e-9 * value, series);
            }

            await router.AskAsync(streamed);
        }
    }

    [Fact]
    public async Task An_export_that_ends_takes_the_gauges_away_and_leaves_the_last_totals()
    {
        await using var router = NewRouter();
        var export = router.ExportTo(_registry);
        await router.RouteAsync("hello");
        export.Dispose();
        await router.RouteAsync("hello");
        var page = await Exposition.ReadAsync(_registry);
        page[Success].Should().Be(1);
        page.Text.Should().NotContain("llm_provider_health{");
        export.Dispose();
    }

    [Fact]
    public async Task An_export_that_starts_again_counts_nothing_twice()
    {
        await using var router = NewRouter();
        for (var i = 1; i <= 3; i++)
        {
            await router.RouteAsync("hello");
            var export = router.ExportTo(_registry);
            var page = await Exposition.ReadAsync(_registry);
            (page[Success], page["llm_call_duration_seconds_count"], page["llm_provider_health{provider=\"a\"}"]).Should().Be((i, i, 1));
            export.Dispose();
            export.Dispose();
        }
    }

    [Fact]
    public async Task The_end_of_the_router_writes_the_last_totals_and_takes_the_gauges_away()
    {
        var router = NewRouter();
        var export = router.ExportTo(_registry);
        await router.RouteAsync("hello");
        await router.DisposeAsync();
        export.Dispose();
        var page = await Exposition.ReadAsync(_registry);
        page[Success].Should().Be(1);
        page.Text.Should().NotContain("llm_provider_health{");
        router.Invoking(r => r.ExportTo(_registry)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task The_same_registry_twice_is_said_clearly()
    {
        await using var router = NewRouter();
        router.ExportTo(_registry);
        router.Invoking(r => r.ExportTo(_registry))
            .Should().Throw<InvalidOperationException>().WithMessage("*already*once for each registry*");
        await router.RouteAsync("hello");
        (await Exposition.ReadAsync(_registry))[Success].Should().Be(1);
    }

    [Fact]
    public async Task The_builder_exports_from_the_first_call_until_the_container_is_disposed()
    {
        var second = Prometheus.Metrics.NewCustomRegistry();
        await using (var services = Services(_registry, second))
        {
            await services.GetRequiredService<Router>().RouteAsync("hello");
            (await Exposition.ReadAsync(_registry))["llm_provider_health{provider=\"a\"}"].Should().Be(1);
        }

        foreach (var registry in new[] { _registry, second })
        {
            var page = await Exposition.ReadAsync(registry);
            page[Success].Should().Be(1);
            page.Text.Should().NotContain("llm_provider_health{");
        }
    }

    [Fact]
    public void The_builder_refuses_the_same_registry_twice_when_the_router_is_built()
    {
        using var services = Services(_registry, _registry);
        services.Invoking(s => s.GetRequiredService<Router>())
            .Should().Throw<InvalidOperationException>().WithMessage("*once for each registry*");
    }

    private const string Success = "llm_requests_total{provider=\"a\",model=\"a-model\",status=\"success\"}";

    private static Router NewRouter() => InOrder(null, FakeProvider.Answering("a", "ok"));

    private static FakeProvider NewProvider(string model) => new("a", (_, _) => Some.Answer("ok")) { Info = new("a", "mock", model) };

    private static ServiceProvider Services(CollectorRegistry first, CollectorRegistry second)
    {
        var services = new ServiceCollection();
        services.AddLlmRouter().AddProvider(FakeProvider.Answering("a", "ok")).ExportTo(first).ExportTo(second);
        return services.BuildServiceProvider();
    }

    /// <summary>All series and their values.</summary>
    private static Dictionary<string, double> Numbers(string page) => page.Split('\n')
        .Where(line => line.StartsWith("llm_", StringComparison.Ordinal))
        .ToDictionary(
            line => line[..line.LastIndexOf(' ')],
            line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}
