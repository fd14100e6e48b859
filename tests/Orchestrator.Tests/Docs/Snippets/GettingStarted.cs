using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

/// <summary>The code of docs/getting-started.md and README.md that no example has. The lines of a block stand here without a gap.</summary>
internal static class GettingStarted
{
    public static void AddClient(Router router, IChatClient client)
    {
        router.AddProvider(new ChatClientProvider("claude", client));
    }

    public static void AddLocal(Router router)
    {
        router.AddProvider(new OllamaProvider("local", OllamaOptions.FromEnvironment("llama3.2")));
    }

    public static void AddOpenAi(Router router)
    {
        var key = Environment.GetEnvironmentVariable("OPENAI_API_KEY") ?? "none";
        var settings = new OpenAIClientOptions { RetryPolicy = new ClientRetryPolicy(maxRetries: 0) };
        var client = new OpenAIClient(new ApiKeyCredential(key), settings).GetChatClient("gpt-4o-mini").AsIChatClient();
        var info = new ProviderInfo("openai", Vendor: "openai", Model: "gpt-4o-mini") { ContextWindow = 128_000 };
        var price = new ModelPrice(promptPer1K: 0.015m, completionPer1K: 0.06m);
        router.AddProvider(new ChatClientProvider("openai", client, info), new ProviderOptions { Price = price });
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

    public static async Task CatchAsync(Router router)
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await router.RouteAsync("What is a router?", cancellationToken: cancellation.Token);
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
        foreach (var provider in router.GetMetrics().Values)
            Console.WriteLine($"{provider.Provider}: {provider.TotalRequests} requests, {provider.FailedRequests} failed");
        Console.ReadLine();
    }

    public static Router CurrentPrices()
    {
        var router = new Router(new RouterOptions { Prices = PricingTable.Current });
        return router;
    }

    public static async Task<string?> PriceAsync()
    {
        await using var priced = new Router(new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, Prices = PricingTable.Current });
        return priced.ToString();
    }

    public static void Ask(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddLlmRouter(builder.Configuration.GetSection("Llm"))
            .AddMock("last-resort");

        var app = builder.Build();
        app.MapGet("/ask", async (string prompt, Router router) => (await router.RouteAsync(prompt)).Text);
        app.Run();
    }
}
