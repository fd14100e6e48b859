using System.Diagnostics;
using Prometheus;

namespace Orchestrator.Benchmarks;

/// <summary>Scrapes: the export alone, the router's endpoint, Kestrel.</summary>
internal static class ScrapeSection
{
    private const int Scrapes = 400;

    public static async Task RunAsync()
    {
        Table.Head(
            "Scrape, p50 in µs, kept alive", "registry", "export alone", "MetricServer", "Kestrel", "MetricServer ÷ Kestrel (bar ≤ 1.5)");
        foreach (var series in new[] { 10, 100, 1_000 })
            await RowAsync($"{series} counters", Endpoints.Counters(series));

        // 40 series a provider: what a program with 24 models would show, copied out of the router's own totals.
        var registry = Metrics.NewCustomRegistry();
        using var router = Routers.Of(RoutingStrategy.RoundRobin, 24, InstantProvider.Whole, registry);
        for (var i = 0; i < 1_000; i++)
            await router.RouteAsync("hello");
        await RowAsync("a router of 24 providers, about 1,000 series", registry);
    }

    private static async Task RowAsync(string name, CollectorRegistry registry)
    {
        await using var endpoints = await Endpoints.StartAsync(registry);
        var page = new MemoryStream();
        var (export, ours, kestrel) = (new double[Scrapes], new double[Scrapes], new double[Scrapes]);
        for (var i = -Scrapes; i < Scrapes; i++)
        {
            var slot = Math.Max(0, i);
            var started = Stopwatch.GetTimestamp();
            await ScrapeClient.ExportAsync(registry, page);
            export[slot] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            ours[slot] = Time(endpoints.Ours);
            kestrel[slot] = Time(endpoints.Kestrel);
        }

        var (e, o, k) = (Cost.Middle(export), Cost.Middle(ours), Cost.Middle(kestrel));
        Table.Row(name, Table.Number(e), Table.Number(o), Table.Number(k), Table.Number(o / k, 2) + "×");
    }

    private static double Time(ScrapeClient client)
    {
        var started = Stopwatch.GetTimestamp();
        client.Scrape();
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }
}
