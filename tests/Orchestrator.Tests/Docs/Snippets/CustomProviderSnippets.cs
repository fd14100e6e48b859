using Microsoft.Extensions.AI;
using MyApp;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

internal static class CustomProviderSnippets
{
    public static async Task EchoAsync()
    {
        await using var router = new Router(RoutingStrategy.FirstAvailable)
            .AddProvider(new EchoProvider("echo"));

        Console.WriteLine(await router.RouteAsync("Hello"));
    }

    public static void Acme(Router router)
    {
        var http = new HttpClient { BaseAddress = new Uri("https://api.acme.example/v1/"), Timeout = Timeout.InfiniteTimeSpan };
        router.AddProvider(new AcmeProvider("acme", "acme-large", http), new ProviderOptions
        {
            Aliases = ["large"],
            Price = new ModelPrice(promptPer1K: 0.40m, completionPer1K: 1.20m),
        });
    }

    public static void Wrap(Router router, IChatClient client)
    {
        router.AddProvider(new ChatClientProvider("acme", client, new ProviderInfo("acme", "acme", "acme-large")));
    }

    public static ChatResponseUpdate Whole(ChatResponse response)
    {
        var update = new ChatResponseUpdate
        {
            RawRepresentation = response,
            Contents = [.. response.Messages.SelectMany(m => m.Contents)],
            FinishReason = response.FinishReason,
        };
        return update;
    }
}
