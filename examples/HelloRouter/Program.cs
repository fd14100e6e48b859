using Orchestrator;
using Orchestrator.Providers;

await using var router = new Router(RoutingStrategy.FirstAvailable)
    .AddProvider(new MockProvider("main", "mock-ratelimit"))
    .AddProvider(new MockProvider("backup"));

var answer = await router.RouteAsync("What is a router?");

Console.WriteLine($"{answer.Provider.Name}: {answer.Text}");
Console.WriteLine($"{answer.Usage.TotalTokens} tokens, {answer.Cost} {answer.Currency}, {answer.Attempts.Count} attempts");
