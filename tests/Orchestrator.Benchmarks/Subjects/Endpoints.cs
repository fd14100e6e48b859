using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace Orchestrator.Benchmarks;

/// <summary>One registry behind two endpoints: the router's own and Kestrel with prometheus-net.AspNetCore.</summary>
internal sealed class Endpoints : IAsyncDisposable
{
    private readonly WebApplication _kestrel;

    private Endpoints(CollectorRegistry registry, MetricServer ours, WebApplication kestrel, int kestrelPort)
    {
        Registry = registry;
        Ours = new ScrapeClient(ours.Port);
        Kestrel = new ScrapeClient(kestrelPort);
        Server = ours;
        _kestrel = kestrel;
    }

    public CollectorRegistry Registry { get; }

    public MetricServer Server { get; }

    public ScrapeClient Ours { get; }

    public ScrapeClient Kestrel { get; }

    /// <summary>A registry of so many counters.</summary>
    public static CollectorRegistry Counters(int series)
    {
        var registry = Metrics.NewCustomRegistry();
        var counter = Metrics.WithCustomRegistry(registry)
            .CreateCounter("llm_requests_total", "Attempts at providers, by outcome.", "provider", "model", "status");
        for (var i = 0; i < series; i++)
            counter.WithLabels($"provider-{i / 4}", "GigaChat-2", $"status-{i % 4}").Inc(i * 1001);
        return registry;
    }

    public static async Task<Endpoints> StartAsync(CollectorRegistry registry)
    {
        var ours = await MetricServer.StartAsync(
            registry, 0, "localhost", TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var kestrel = builder.Build();
        kestrel.MapMetrics(registry: registry);
        await kestrel.StartAsync();
        var address = kestrel.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        return new Endpoints(registry, ours, kestrel, new Uri(address).Port);
    }

    public async ValueTask DisposeAsync()
    {
        Ours.Dispose();
        Kestrel.Dispose();
        await Server.StopAsync();
        await _kestrel.DisposeAsync();
    }
}
