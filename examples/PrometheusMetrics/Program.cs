// The endpoint that Prometheus scrapes, and what to ask Prometheus. With --serve it stays up, on port 9090 or --port, until Ctrl+C.
using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator;
using Orchestrator.Providers;

// Port 0 takes any free one: it need not be known when the program ends by itself.
var serve = args.Contains("--serve");
var port = Array.IndexOf(args, "--port") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : serve ? 9090 : 0;
using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

await using var router = new Router(new RouterOptions { Prices = PricingTable.Current })
    .AddProvider(new MockProvider("main", options: new()
    {
        Info = info => info with { Vendor = "gigachat", Model = "GigaChat-2-Max" },
        Usage = new TokenUsage(420, 180),
        FailureRate = 0.3,
    }))
    .AddProvider(new MockProvider("backup"));

// The default host answers this machine only; in a container, host: "+" answers on every address.
var server = await router.StartMetricsServerAsync(port);
Console.WriteLine($"Serving {server.Url}");

for (var i = 0; i < 20; i++)
    await router.RouteAsync($"Question {i}");
await foreach (var _ in router.RouteStreamAsync("A question to be streamed"))
{
}

// What a scrape gets; values are those of the moment it asks. The page is long, for there are histograms: this is the gist.
// A proxy of the environment would not find this machine's loopback.
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
var page = await http.GetStringAsync(server.Url);
Console.WriteLine();
foreach (var line in page.Split('\n'))
{
    if (line.StartsWith("llm_", StringComparison.Ordinal) && !line.Contains("_seconds_bucket", StringComparison.Ordinal))
        Console.WriteLine(line);
}

Console.WriteLine("""

    PromQL to start with:
      requests per second, by provider     sum by (provider) (rate(llm_requests_total[5m]))
      failed requests per second           sum by (provider) (rate(llm_requests_total{status="failure"}[5m]))
      95 % of requests take at most        histogram_quantile(0.95, sum by (le, provider) (rate(llm_request_latency_seconds_bucket[5m])))
      roubles per hour                     sum(rate(llm_cost_total{currency="RUB"}[1h])) * 3600
      tokens of the last day               sum by (provider, type) (increase(llm_tokens_total[1d]))
      unhealthy for the alert              llm_provider_health == 0
      calls that were not answered         sum(rate(llm_calls_total{outcome="failure"}[5m]))
    """);

if (serve)
    Console.WriteLine("Routing a prompt every second. Ctrl+C ends.");
while (serve && !stop.IsCancellationRequested)
{
    await router.RouteAsync("And another question");
    await Task.Delay(TimeSpan.FromSeconds(1), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
