using System.Globalization;

namespace Orchestrator.PrometheusCheck;

/// <summary>The queries of the page beside the router's own numbers.</summary>
internal sealed class Comparison(DocsPage docs, PrometheusServer prometheus, Load load)
{
    // Without a series of their own: ProviderMetrics looks at the last attempts, a histogram at buckets over a time.
    private static readonly string[] Estimates = ["LatencyP50", "LatencyP95", "LatencyP99", "RollingAverageLatency", "RecentErrorRate"];

    // How a provider stands at this moment and for how long: counted as changes, not exported.
    private static readonly string[] Unexported = ["Availability", "IsAvailable", "Exclusion", "AvailableIn"];

    private readonly List<string> _differences = [];

    public int Compared { get; private set; }

    /// <summary>Compares everything that has to be equal, on a scrape during which nothing changed.</summary>
    public async Task CompareAsync(string when)
    {
        var tables = docs.Queries("The numbers of GetMetrics");
        if (tables is not [var exact, var estimates])
            throw new CheckFailedException(
                "docs/metrics.md, 'The numbers of GetMetrics': expected two tables, the exact ones and the estimates.");
        RequireAll(exact, estimates);
        for (var round = 1; ; round++)
        {
            _differences.Clear();
            Compared = 0;
            var before = load.Router.GetMetrics();
            await prometheus.NextScrapeAsync();
            foreach (var query in exact)
                CompareProviders(query, await prometheus.QueryAsync(query.PromQl), before);
            foreach (var query in WholeRouter())
                CompareLabels(query, await prometheus.QueryAsync(query.PromQl));
            var after = load.Router.GetMetrics();
            if (before.All(m => after[m.Key] with { AvailableIn = null } == m.Value with { AvailableIn = null }))
                break;
            // The 60 s window moved on: the two sides may have looked at different moments.
            if (round == 5)
                throw new CheckFailedException("The router's numbers do not come to rest.");
        }

        await CompareEstimatesAsync(estimates);
        foreach (var difference in _differences)
            Console.Error.WriteLine($"  {difference}");
        if (_differences.Count > 0)
            throw new CheckFailedException(
                $"{when}: {_differences.Count} of {Compared} numbers differ from what docs/metrics.md promises.");
        Console.WriteLine($"{when}: {Compared} numbers of {exact.Count + estimates.Count + WholeRouter().Count} queries equal.");
    }

    /// <summary>Runs the queries over time: each must give numbers. They need two scrapes of every series.</summary>
    public async Task RunOverTimeAsync()
    {
        var queries = docs.Queries("Over time").SelectMany(t => t).ToList();
        foreach (var query in queries)
        {
            await prometheus.UntilAsync(
                $"a number of '{query.What}': {query.PromQl}",
                async () => (await prometheus.QueryAsync(query.PromQl)).Exists(s => double.IsFinite(s.Value)));
        }

        Console.WriteLine($"{queries.Count} queries over time give numbers.");
    }

    /// <summary>Names in the page and in <see cref="ProviderMetrics"/> must be the same: neither may grow alone.</summary>
    private static void RequireAll(List<DocsQuery> exact, List<DocsQuery> estimates)
    {
        var shown = exact.Concat(estimates).Select(q => q.What).Order(StringComparer.Ordinal).ToList();
        var properties = typeof(ProviderMetrics).GetProperties().Select(p => p.Name)
            .Where(n => n != nameof(ProviderMetrics.Provider) && !Unexported.Contains(n)).Order(StringComparer.Ordinal);
        if (!properties.SequenceEqual(shown))
            throw new CheckFailedException("docs/metrics.md must have one query for each property of ProviderMetrics but "
                + $"{string.Join(", ", Unexported)}; it has: {string.Join(", ", shown)}.");
        if (!estimates.Select(q => q.What).ToHashSet().SetEquals(Estimates))
            throw new CheckFailedException($"Only {string.Join(", ", Estimates)} may be estimates.");
    }

    private static double? Number(ProviderMetrics metrics, string property) =>
        typeof(ProviderMetrics).GetProperty(property)!.GetValue(metrics) switch
        {
            null => null,
            TimeSpan time => time.TotalSeconds,
            ProviderHealth health => health switch { ProviderHealth.Healthy => 1, ProviderHealth.Degraded => 0.5, _ => 0 },
            var number => Convert.ToDouble(number, CultureInfo.InvariantCulture),
        };

    /// <summary>What the page says of quotients where nothing was counted.</summary>
    private static bool IsUndefined(ProviderMetrics metrics, string property) => property switch
    {
        nameof(ProviderMetrics.SuccessRate) => metrics.SuccessfulRequests + metrics.FailedRequests == 0,
        nameof(ProviderMetrics.AverageLatency) => metrics.TotalRequests == 0,
        nameof(ProviderMetrics.TimeToFirstToken) => metrics.TimeToFirstToken is null,
        _ => false,
    };

    private static bool AreEqual(double expected, double actual, string property) => property switch
    {
        // GetMetrics cuts means to ticks of 100 ns; sums of doubles round.
        nameof(ProviderMetrics.AverageLatency) or nameof(ProviderMetrics.TimeToFirstToken) => Math.Abs(expected - actual) <= 2e-7,
        nameof(ProviderMetrics.TotalCost) or "cost by model" => Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected),
        _ => expected == actual,
    };

    private List<DocsQuery> WholeRouter() => [.. docs.Queries("The whole router").SelectMany(t => t)];

    private void CompareProviders(
        DocsQuery query, List<(string Labels, double Value)> series, IReadOnlyDictionary<string, ProviderMetrics> metrics)
    {
        var shown = series.ToDictionary(s => s.Labels, s => s.Value, StringComparer.Ordinal);
        foreach (var (name, provider) in metrics)
        {
            Compared++;
            var expected = IsUndefined(provider, query.What) ? double.NaN : Number(provider, query.What)!.Value;
            if (!shown.Remove($"provider={name}", out var actual))
                _differences.Add($"{query.What} of {name}: no series.");
            else if (!(double.IsNaN(expected) ? double.IsNaN(actual) : AreEqual(expected, actual, query.What)))
                _differences.Add($"{query.What} of {name}: GetMetrics {expected:R}, Prometheus {actual:R}.");
        }

        // Counters outlive their provider; gauges do not.
        if (query.What is not (nameof(ProviderMetrics.Health) or nameof(ProviderMetrics.InFlight) or nameof(ProviderMetrics.Queued))
            && !shown.Remove($"provider={Load.Removed}"))
            _differences.Add($"{query.What}: the series of the removed provider are gone.");
        _differences.AddRange(shown.Keys.Select(labels => $"{query.What}: not expected: {labels}."));
    }

    private void CompareLabels(DocsQuery query, List<(string Labels, double Value)> series)
    {
        var expected = load.Ledger.Expected(query.What);
        // Series start at zero, before any reader can have seen them.
        var shown = series.Where(s => s.Value != 0 || expected.ContainsKey(s.Labels))
            .ToDictionary(s => s.Labels, s => s.Value, StringComparer.Ordinal);
        foreach (var (labels, value) in expected)
        {
            Compared++;
            if (!shown.Remove(labels, out var actual))
                _differences.Add($"{query.What}: no series {{{labels}}}, expected {value:R}.");
            else if (!AreEqual(value, actual, query.What))
                _differences.Add($"{query.What} {{{labels}}}: counted {value:R}, Prometheus {actual:R}.");
        }

        _differences.AddRange(shown.Select(s => $"{query.What}: not expected: {{{s.Key}}} {s.Value:R}."));
    }

    /// <summary>An estimate must be a number wherever GetMetrics has one, and a quantile must be within its bucket's reach.</summary>
    private async Task CompareEstimatesAsync(List<DocsQuery> estimates)
    {
        foreach (var query in estimates)
        {
            await prometheus.UntilAsync(
                $"{query.What}: {query.PromQl}",
                async () => (await prometheus.QueryAsync(query.PromQl)).Exists(s => double.IsFinite(s.Value)));
            var shown = (await prometheus.QueryAsync(query.PromQl)).ToDictionary(s => s.Labels, s => s.Value, StringComparer.Ordinal);
            foreach (var (name, provider) in load.Router.GetMetrics())
            {
                if (!shown.TryGetValue($"provider={name}", out var value))
                {
                    _differences.Add($"{query.What} of {name}: no series.");
                    continue;
                }

                if (double.IsNaN(value))
                    continue;
                Compared++;
                var (from, to) = query.What switch
                {
                    nameof(ProviderMetrics.RecentErrorRate) => (0, 1),
                    nameof(ProviderMetrics.RollingAverageLatency) => (0, 120),
                    // Ranks between the samples may fall one bucket lower or higher than the sample itself.
                    _ => (0, Math.Max(0.05, 2.5 * provider.LatencyP99.TotalSeconds)),
                };
                if (!(value >= from && value <= to))
                    _differences.Add($"{query.What} of {name}: {value:R} is not within {from:R} and {to:R}.");
            }
        }
    }
}
