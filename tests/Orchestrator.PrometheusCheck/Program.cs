using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Orchestrator.PrometheusCheck;

// A real Prometheus scrapes a real router, and every query of docs/metrics.md is compared with the router's own numbers.
// Needs prometheus and promtool on the PATH, or in the folder that ORCHESTRATOR_PROMETHEUS names.
const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
const string AcceptOfPrometheus =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

var folder = Directory.CreateTempSubdirectory("llm-prometheus-").FullName;
try
{
    var docs = DocsPage.Read();
    var rules = docs.Yaml("Alerts");
    await CheckYamlAsync(docs.Yaml("Prometheus"));

    await using var load = new Load();
    var metrics = await load.Router.StartMetricsServerAsync(port: 0);
    // Before the first call: a rate needs a scrape from before the increase.
    await using var prometheus = await PrometheusServer.StartAsync(folder, metrics.Port, rules);
    await load.RunAsync();
    await Promtool.CheckMetricsAsync(await PageAsync(metrics.Url));
    Console.WriteLine(
        $"{load.Ledger.Calls} calls, {load.Ledger.Attempts} attempts, two more running; promtool check metrics finds nothing.");

    var comparison = new Comparison(docs, prometheus, load);
    await comparison.CompareAsync("While two attempts run");
    await load.LeaveAsync();
    await comparison.CompareAsync("After they were cancelled");
    await comparison.RunOverTimeAsync();
    await CheckAlertsAsync(prometheus, rules);
    return 0;
}
catch (CheckFailedException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task CheckYamlAsync(string scrapeConfig)
{
    var file = Path.Combine(folder, "example.yml");
    await File.WriteAllTextAsync(file, scrapeConfig);
    await Promtool.CheckAsync("check", "config", file);
}

static async Task<string> PageAsync(Uri url)
{
    using var http =
        new HttpClient(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = System.Net.DecompressionMethods.GZip });
    http.DefaultRequestHeaders.Accept.ParseAdd(AcceptOfPrometheus);
    using var response = await http.GetAsync(url);
    response.EnsureSuccessStatusCode();
    // Prometheus 3 refuses a scrape whose type it does not know; to the letter, because its parser is not ours.
    var type = response.Content.Headers.TryGetValues("Content-Type", out var values) ? string.Join(", ", values) : "";
    return type == ContentType
        ? await response.Content.ReadAsStringAsync()
        : throw new CheckFailedException($"The page's Content-Type is '{type}', not '{ContentType}'.");
}

static async Task CheckAlertsAsync(PrometheusServer prometheus, string rules)
{
    var alerts = Regex.Matches(rules, @"- alert: (\w+)").Select(m => m.Groups[1].Value).ToList();
    await prometheus.UntilAsync(
        "every alert is evaluated", async () => alerts.Count > 0 && (await prometheus.HealthyRulesAsync()).ToHashSet().SetEquals(alerts));
    Console.WriteLine($"{alerts.Count} alerts are evaluated without an error.");
}
