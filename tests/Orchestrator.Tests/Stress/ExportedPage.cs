using System.Globalization;
using System.Text;
using Prometheus;

namespace Orchestrator.Tests.Stress;

/// <summary>One scrape: every series with its labels as text, and its value.</summary>
internal sealed class ExportedPage
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);

    private ExportedPage(string text) => Text = text;

    public string Text { get; }

    public IReadOnlyDictionary<string, double> Series => _series;

    public static async Task<ExportedPage> ScrapeAsync(CollectorRegistry registry)
    {
        using var stream = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(stream);
        var page = new ExportedPage(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
        foreach (var line in page.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
                continue;
            var space = line.LastIndexOf(' ');
            page._series.Add(line[..space], double.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture));
        }

        return page;
    }

    /// <summary>The sum of a family's series that have all these labels.</summary>
    public double Sum(string name, params string[] labels) => _series
        .Where(s => s.Key.StartsWith(name, StringComparison.Ordinal) && (s.Key.Length == name.Length || s.Key[name.Length] == '{')
            && Array.TrueForAll(labels, l => s.Key.Contains(l, StringComparison.Ordinal)))
        .Sum(s => s.Value);

    /// <summary>What is wrong with this page, and with it coming after <paramref name="before"/>.</summary>
    public IEnumerable<string> Faults(ExportedPage? before)
    {
        foreach (var (key, value) in _series)
        {
            if (before is not null && !IsGauge(key) && before._series.TryGetValue(key, out var old) && value < old)
                yield return $"{key} went down from {old:R} to {value:R}";
            var bucket = key.IndexOf("_bucket{", StringComparison.Ordinal);
            if (bucket < 0 || !key.EndsWith("le=\"+Inf\"}", StringComparison.Ordinal))
                continue;
            var labels = key[(bucket + "_bucket{".Length)..^"le=\"+Inf\"}".Length].TrimEnd(',');
            var count = key[..bucket] + "_count" + (labels.Length == 0 ? "" : $"{{{labels}}}");
            if (!_series.TryGetValue(count, out var all) || all != value)
                yield return $"{key} is {value}, but {count} is {all}";
        }

        if (before is null)
            yield break;
        foreach (var key in before._series.Keys)
        {
            if (!IsGauge(key) && !_series.ContainsKey(key))
                yield return $"{key} is gone";
        }
    }

    private static bool IsGauge(string key) =>
        key.StartsWith("llm_provider_health", StringComparison.Ordinal)
            || key.StartsWith("llm_in_flight_requests", StringComparison.Ordinal)
        || key.StartsWith("llm_queued_requests", StringComparison.Ordinal);
}
