using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

internal static class FromPythonSnippets
{
    public static async Task FirstAsync()
    {
        await using var router = new Router(RoutingStrategy.RoundRobin);
        router.AddProvider(new MockProvider("provider-1", "mock-normal"));
        await router.StartMetricsServerAsync(port: 9090);

        var response = await router.RouteAsync("What is Python?");
        Console.WriteLine(response.Text);

        await foreach (var update in router.RouteStreamAsync("What is Python?"))
            Console.Write(update.Text);

        foreach (var (name, metrics) in router.GetMetrics())
            Console.WriteLine($"{name}: {metrics.TotalTokens} tokens, {metrics.TotalCost:0.00} RUB");
    }

    public static void ByName(IServiceCollection services, IConfiguration configuration)
    {
        services.AddLlmRouter(configuration.GetSection("Llm"));
    }

    public static async Task OptionsAsync(Router router)
    {
        var options = new ChatOptions { Temperature = 0.7f, MaxOutputTokens = 1000, TopP = 1f, StopSequences = ["END"] };
        var response = await router.RouteAsync("Write a poem", options);
        Console.WriteLine(response);
    }

    public static RouterOptions OldNumbers()
    {
        var options = new RouterOptions
        {
            Prices = PricingTable.Default,
            TokenCounter = new TokenCounter(new TokenCounterOptions { Estimation = TokenEstimation.ByWords, UseTokenizer = false }),
        };
        return options;
    }

    public static RouterOptions TrueNumbers()
    {
        var options = new RouterOptions { Prices = PricingTable.Current };
        return options;
    }

    public static async Task ErrorsAsync(Router router, string prompt)
    {
        try
        {
            await router.RouteAsync(prompt);
        }
        catch (LlmException e) when (e.Kind == LlmErrorKind.RateLimited)
        {
            Console.WriteLine($"Everybody is busy; try again in {e.RetryAfter}.");
        }
    }
}
