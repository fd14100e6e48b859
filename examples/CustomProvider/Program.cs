// A provider of one's own beside a mock that stands in when it fails, and for as long as it asks to be left alone.
using CustomProvider;
using Orchestrator;
using Orchestrator.Providers;

// Time-outs are the router's, so the client must have none of its own.
using var http = new HttpClient(new AcmeService()) { BaseAddress = new Uri("https://acme.example/"), Timeout = Timeout.InfiniteTimeSpan };

// A price of one's own, or a row in the table: otherwise the cost is unknown, which is null and not zero.
await using var router = new Router(RoutingStrategy.FirstAvailable)
    .AddProvider(new AcmeProvider("acme", http), new ProviderOptions { Price = new ModelPrice(promptPer1K: 0.40m, completionPer1K: 1.20m) })
    .AddProvider(new MockProvider("backup"));

for (var i = 1; i <= 4; i++)
{
    var answer = await router.RouteAsync($"Question {i}");
    var usage = answer.Usage;
    Console.WriteLine($"{answer.Provider.Name}: {usage.TotalTokens} tokens ({usage.Source}), {answer.Cost} {answer.Currency}");
    foreach (var attempt in answer.Attempts)
    {
        if (attempt.Error is { } error)
            Console.WriteLine($"  after {attempt.Provider.Name}: {error.Kind}, retry after {error.RetryAfter?.TotalSeconds} s");
    }
}
