using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using Prometheus;

namespace Orchestrator.Tests.Metrics;

/// <summary>docs/metrics.md beside what the router really exports and logs.
/// Its queries are run by tests/Orchestrator.PrometheusCheck.</summary>
public partial class MetricsPageTests
{
    private static readonly string[] OfHistograms = ["le"];

    [Fact]
    public async Task The_table_of_metrics_is_what_is_exported()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = new Router().ExportingTo(registry);
        router.AddProvider(new MockProvider("good", options: new() { Delay = TimeSpan.Zero }));
        router.AddProvider(new MockProvider("bad", "mock-timeout"));
        // Some series are there only once there is something to tell: a wait for a permit, a change of availability.
        router.AddProvider(new MockProvider("narrow", options: new() { Delay = TimeSpan.FromMilliseconds(20) }), new ProviderOptions
        {
            MaxConcurrency = 1
        });
        router.AddProvider(new MockProvider("locked", options: new() { FailureRate = 1, FailureKind = LlmErrorKind.Authentication }));
        var narrow = new Microsoft.Extensions.AI.ChatOptions { ModelId = "narrow" };
        await Task.WhenAll(router.RouteAsync("Hello", narrow), router.RouteAsync("Hello", narrow));
        await FluentActions.Awaiting(() => router.RouteAsync("Hello", new() { ModelId = "locked" }))
            .Should().ThrowAsync<AllProvidersFailedException>();
        await router.RouteAsync("Hello");
        await router.RouteAsync("Hello");
        await foreach (var update in router.RouteStreamAsync("Hello"))
            update.Should().NotBeNull();

        using var stream = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(stream);
        var page = System.Text.Encoding.UTF8.GetString(stream.ToArray());

        var exported = TypeLine().Matches(page).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value} {LabelsOf(page, m.Groups[1].Value)}");
        Rows("Metrics", 5).Where(r => r[0].StartsWith("`llm_", StringComparison.Ordinal))
            .Select(r => $"{r[0].Trim('`')} {r[1]} {(r[2] == "–" ? "" : r[2].Replace("`", "", StringComparison.Ordinal))}")
            .Should().BeEquivalentTo(exported);
    }

    [Fact]
    public void The_buckets_are_those_of_the_histograms()
    {
        var page = Section("Metrics");
        page.Should().Contain($"- latency, first token, call duration and queue wait: {Listed(Buckets.Latency)} s\n");
        page.Should().Contain($"- overhead: {Listed(Buckets.Overhead)} s\n");
    }

    [Fact]
    public void The_table_of_logs_lists_every_message()
    {
        var messages = typeof(Router).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(m => $"{m.EventId} {m.Level} {m.EventName}")
            .ToList();

        messages.Should().NotBeEmpty().And.OnlyHaveUniqueItems();
        Rows("Logs", 4).Skip(2).Select(r => $"{r[0]} {r[1]} {r[2].Trim('`')}").Should().Equal(messages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Messages_are_of_one_class_in_one_file()
    {
        // The generator puts several classes in an order that changes from build to build: the package would not be deterministic.
        typeof(Router).Assembly.GetTypes()
            .Where(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
                .Any(m => m.GetCustomAttribute<LoggerMessageAttribute>() is not null))
            .Should().Equal(typeof(Log));
    }

    private static string Listed(double[] buckets) =>
        string.Join(", ", buckets.Select(b => ((decimal)b).ToString(CultureInfo.InvariantCulture)));

    private static string LabelsOf(string page, string metric)
    {
        var series = Regex.Match(page, $@"^{metric}(?:_bucket)?(?:{{(.*)}})? ", RegexOptions.Multiline).Groups[1].Value;
        return string.Join(", ", LabelName().Matches(series).Select(m => m.Groups[1].Value).Except(OfHistograms));
    }

    private static IEnumerable<string[]> Rows(string heading, int columns) => Section(heading).Split('\n')
        .Where(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
        .Where(cells => cells.Length == columns);

    private static string Section(string heading)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent!;
        var text = File.ReadAllText(Path.Combine(folder.FullName, "docs", "metrics.md"));
        var start = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        var end = text.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        return text[start..end];
    }

    [GeneratedRegex(@"^# TYPE (\w+) (\w+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("(\\w+)=\"")]
    private static partial Regex LabelName();
}
