using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

/// <summary>The code of docs/getting-started.md and README.md that no example has. The lines of a block stand here without a gap.</summary>
internal static class GettingStarted
{
    public static void AddClient(Router router, IChatClient client)
    {
        router.AddProvider(new ChatClientProvider("claude", client));
    }

    public static void Describe(Router router, IChatClient client)
    {
        var info = new ProviderInfo("claude", Vendor: "anthropic", Model: "claude-x") { ContextWindow = 200_000 };
        var price = new ModelPrice(promptPer1K: 0.30m, completionPer1K: 1.50m);
        router.AddProvider(new ChatClientProvider("claude", client, info), new ProviderOptions { Price = price });
    }

    public static async Task StreamAsync(Router router)
    {
        await foreach (var update in router.RouteStreamAsync("Tell me about routers"))
        {
            Console.Write(update.Text);
            if (update.GetRoute() is { } route)
                Console.WriteLine($" [{route.Provider.Name}, {route.Usage.TotalTokens} tokens]");
        }
    }

    public static async Task CatchAsync(Router router, CancellationToken cancellationToken)
    {
        try
        {
            await router.RouteAsync("What is a router?", cancellationToken: cancellationToken);
        }
        catch (AllProvidersFailedException failure)
        {
            foreach (var attempt in failure.Attempts)
                Console.WriteLine($"{attempt.Provider.Name}: {attempt.Error?.Kind}");
        }
        catch (LlmException refusal)
        {
            Console.WriteLine($"{refusal.ProviderName}: {refusal.Kind}");
        }
    }

    public static async Task ServeAsync(Router router)
    {
        var metrics = await router.StartMetricsServerAsync(port: 0);
        Console.WriteLine($"Metrics at {metrics.Url}");
    }

    public static void Show(Router router)
    {
        foreach (var provider in router.GetMetrics().Values)
            Console.WriteLine($"{provider.Provider}: {provider.TotalRequests} requests, {provider.FailedRequests} failed, {provider.TotalCost} RUB");
    }

    public static Router CurrentPrices()
    {
        var router = new Router(new RouterOptions { Prices = PricingTable.Current });
        return router;
    }
}
