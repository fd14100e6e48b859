using BenchmarkDotNet.Attributes;

namespace Orchestrator.Benchmarks;

/// <summary>A scrape: the text export alone, the router's endpoint and Kestrel, kept alive.</summary>
public class ScrapeBenchmarks
{
    private readonly MemoryStream _page = new();
    private Endpoints _endpoints = null!;

    [Params(10, 100, 1_000)]
    public int Series { get; set; }

    [GlobalSetup]
    public async Task SetupAsync() => _endpoints = await Endpoints.StartAsync(Endpoints.Counters(Series));

    [GlobalCleanup]
    public async Task CleanupAsync() => await _endpoints.DisposeAsync();

    [Benchmark]
    public Task Export() => ScrapeClient.ExportAsync(_endpoints.Registry, _page);

    [Benchmark(Baseline = true)]
    public int Kestrel() => _endpoints.Kestrel.Scrape();

    [Benchmark]
    public int MetricServer() => _endpoints.Ours.Scrape();
}
