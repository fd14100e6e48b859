// Three providers, one of which fails now and then: prompts are routed over them for eight seconds, /metrics tells what happened,
// and the program checks that it tells the same as the router. With --serve it goes on until Ctrl+C; --port picks another port.
using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator;
using Orchestrator.Providers;
using Quickstart;
using Spectre.Console;

var port = Array.IndexOf(args, "--port") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 9090;
using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

// Vendor and model decide what a token costs, so these mocks cost what the real models would, by the tariffs of the table.
await using var router = new Router(new RouterOptions { Prices = PricingTable.Current })
    .AddProvider(new MockProvider("gigachat-mock", options: new()
    {
        Info = info => info with { Vendor = "gigachat", Model = "GigaChat-2-Max" },
        Delay = TimeSpan.FromMilliseconds(180),
        Usage = new TokenUsage(420, 180),
    }))
    .AddProvider(new MockProvider("yandex-mock", options: new()
    {
        Info = info => info with { Vendor = "yandexgpt", Model = "yandexgpt-5-pro" },
        Delay = TimeSpan.FromMilliseconds(120),
        Usage = new TokenUsage(400, 200),
        FailureRate = 0.5,
        FailureKind = LlmErrorKind.Unavailable,
    }))
    .AddProvider(new MockProvider("ollama-mock", options: new()
    {
        // Reports no usage, so the router counts the tokens itself.
        Info = info => info with { Vendor = "ollama", Model = "llama3.2" },
        Delay = TimeSpan.FromMilliseconds(300),
    }));

var server = await StartServerAsync();
AnsiConsole.WriteLine($"Metrics at {server.Url}");
var board = new Board(router);
await board.ShowAsync(Traffic.RunAsync(router, TimeSpan.FromSeconds(8), board.Note, stop.Token));

var table = Totals.Of(router);
board.Summarize(table);

var page = await MetricsPage.FetchAsync(server.Url);
var matches = page.Totals(table.Select(row => row.Provider)).SequenceEqual(table);
AnsiConsole.MarkupLine(matches ? "[green]totals match /metrics[/]" : "[red]totals differ from /metrics:[/]");
if (!matches)
    AnsiConsole.WriteLine(page.ToString());

if (args.Contains("--serve") && !stop.IsCancellationRequested)
{
    AnsiConsole.WriteLine($"Serving {server.Url} and routing a prompt every second. Ctrl+C ends.");
    while (!stop.IsCancellationRequested)
    {
        await Traffic.AskAsync(router);
        await Task.Delay(TimeSpan.FromSeconds(1), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

return matches ? 0 : 1;

async Task<MetricServer> StartServerAsync()
{
    try
    {
        return await router.StartMetricsServerAsync(port);
    }
    catch (IOException taken)
    {
        var other = await router.StartMetricsServerAsync(port: 0);
        AnsiConsole.WriteLine($"{taken.Message} Using port {other.Port} instead.");
        return other;
    }
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
