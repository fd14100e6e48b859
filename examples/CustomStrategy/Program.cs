// A strategy of one's own: cheapest first among the healthy. The cheapest provider fails for a while, so its health shows in the order.
using CustomStrategy;
using Orchestrator;
using Orchestrator.Providers;

var outage = Enumerable.Repeat(MockOutcome.Failure(LlmErrorKind.ServerError, 500), 2);
var options = new RouterOptions { CustomStrategy = new CheapestFirst(), Retry = RetryOptions.None, Prices = PricingTable.Current };
await using var router = new Router(options)
    .AddProvider(Mock("max", "gigachat", "GigaChat-2-Max"))
    .AddProvider(Mock("pro", "yandexgpt", "yandexgpt-5.1"))
    .AddProvider(Mock("lite", "gigachat", "GigaChat-2", [.. Enumerable.Repeat(MockOutcome.Success(), 4), .. outage]))
    .AddProvider(new MockProvider("no-price", options: new() { Info = info => info with { Vendor = "someone" } }));

for (var i = 1; i <= 8; i++)
{
    var answer = await router.RouteAsync($"Question {i}");
    var asked = string.Join(" -> ", answer.Attempts.Select(attempt => attempt.Provider.Name));
    var health = router.GetMetrics()["lite"].Health;
    Console.WriteLine($"{i}  {asked,-14}{answer.Cost:0.000} {answer.Currency}   lite is {health}");
}

static MockProvider Mock(string name, string vendor, string model, params MockOutcome[] script) => new(name, options: new()
{
    Info = info => info with { Vendor = vendor, Model = model },
    Delay = TimeSpan.FromMilliseconds(20),
    Usage = new TokenUsage(420, 180),
    Script = script,
});
