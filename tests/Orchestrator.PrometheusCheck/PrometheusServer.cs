using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Orchestrator.PrometheusCheck;

/// <summary>A real Prometheus in a folder of its own, on loopback, until it is disposed.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly Task<string> _log;

    private PrometheusServer(Process process, int port)
    {
        _process = process;
        _log = process.StandardError.ReadToEndAsync();
        // A proxy of the environment would not find this machine's loopback.
        _http = new(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new($"http://127.0.0.1:{port}/"),
            Timeout = TimeSpan.FromSeconds(10)
        };
    }

    public static async Task<PrometheusServer> StartAsync(string folder, int target, string rules)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "rules.yml"), rules);
        var config = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(config, $"""
            global:
              scrape_interval: 1s
              scrape_timeout: 1s
              evaluation_interval: 1s
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: llm
                static_configs:
                  - targets: ["localhost:{target}"]

            """);
        await Promtool.CheckAsync("check", "config", config);
        var port = FreePort();
        var start = new ProcessStartInfo(Programs.Prometheus) { RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in new[] { $"--config.file={config}", $"--storage.tsdb.path={Path.Combine(folder, "data")}",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn" })
            start.ArgumentList.Add(argument);
        var server = new PrometheusServer(Process.Start(start)!, port);
        try
        {
            await server.UntilAsync("Prometheus scrapes the router", async () => await server.QueryAsync("up{job=\"llm\"}") is [(_, 1)]);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            Console.Error.WriteLine(await server._log);
            throw;
        }
    }

    /// <summary>The series a query gives now: labels as <c>a=b,c=d</c> in the order of their names, and the value.</summary>
    public async Task<List<(string Labels, double Value)>> QueryAsync(string promQl)
    {
        using var answer = await GetAsync($"api/v1/query?query={Uri.EscapeDataString(promQl)}", promQl);
        var data = answer.RootElement.GetProperty("data");
        if (data.GetProperty("resultType").GetString() != "vector")
            throw new CheckFailedException($"Not a query of series: {promQl}");
        return [.. data.GetProperty("result").EnumerateArray().Select(series => (LabelsOf(series), ValueOf(series)))];
    }

    /// <summary>Waits for a scrape that began after now.</summary>
    public async Task NextScrapeAsync()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        // Of the bare series: of an expression such as up == 1 it would be the time of the query.
        await UntilAsync("the next scrape", async () => await QueryAsync("timestamp(up{job=\"llm\"})") is [(_, var at)] && at > now);
    }

    /// <summary>The names of the alerts whose expression was evaluated without an error.</summary>
    public async Task<List<string>> HealthyRulesAsync()
    {
        using var answer = await GetAsync("api/v1/rules", "the rules");
        return [.. answer.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray())
            .Where(rule => rule.GetProperty("health").GetString() == "ok")
            .Select(rule => rule.GetProperty("name").GetString()!)];
    }

    public async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await isSo())
                    return;
            }
            catch (HttpRequestException) when (clock.Elapsed < Limit)
            {
                // Not listening yet.
            }

            if (_process.HasExited)
                throw new CheckFailedException($"Prometheus ended by itself with exit code {_process.ExitCode}.");
            if (clock.Elapsed >= Limit)
                throw new CheckFailedException($"Waited {Limit.TotalSeconds:0} s in vain for: {what}.");
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        await _log;
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<JsonDocument> GetAsync(string path, string what)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var body = await response.Content.ReadAsStringAsync();
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            throw new HttpRequestException("Prometheus is starting.");
        if (!response.IsSuccessStatusCode)
            throw new CheckFailedException($"Prometheus refuses {what}: {body}");
        return JsonDocument.Parse(body);
    }

    private static string LabelsOf(JsonElement series) => string.Join(
        ',',
        series.GetProperty("metric").EnumerateObject().OrderBy(l => l.Name, StringComparer.Ordinal)
            .Select(l => $"{l.Name}={l.Value.GetString()}"));

    private static double ValueOf(JsonElement series) => series.GetProperty("value")[1].GetString() switch
    {
        "NaN" => double.NaN,
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var number => double.Parse(number!, CultureInfo.InvariantCulture),
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
