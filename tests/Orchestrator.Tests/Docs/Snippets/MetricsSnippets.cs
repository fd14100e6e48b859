using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator;
using Orchestrator.Providers;
using Prometheus;

// Not below Orchestrator.Tests: there, "Metrics" would be a namespace.
namespace Snippets.MetricsPage;

/// <summary>The code of docs/metrics.md.</summary>
internal static class MetricsSnippets
{
    public static async Task UseAsync()
    {
        await using var router = new Router();
        router.AddProvider(new MockProvider("demo"));

        var server = await router.StartMetricsServerAsync(port: 9464);
        Console.WriteLine(server.Url);                  // http://localhost:9464/metrics

        await router.RouteAsync("Hello");
        var demo = router.GetMetrics()["demo"];         // the same numbers, without Prometheus

        Console.WriteLine(demo.TotalRequests);
    }

    public static async Task ServeInContainerAsync(Router router)
    {
        await router.StartMetricsServerAsync(port: 9464, host: "+");
    }

    public static void ServeOnKestrel(string[] args)
    {
        // using Prometheus;
        var builder = WebApplication.CreateBuilder(args);
        var registry = Metrics.NewCustomRegistry();
        builder.Services.AddLlmRouter().AddMock("demo").ExportTo(registry);
        builder.Services.AddAuthorization();            // and the authentication your application has

        var app = builder.Build();
        app.MapMetrics("/metrics", registry).RequireAuthorization();
        app.Run();
    }
}
