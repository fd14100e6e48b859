using System.Globalization;

namespace Orchestrator.Wall;

/// <summary>One scrape of the router's metrics.</summary>
internal sealed class WallPage
{
    private readonly List<(string Series, double Value)> _series = [];

    public WallPage(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
                continue;
            var space = line.LastIndexOf(' ');
            _series.Add((line[..space], double.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Asks the router's own endpoint, as Prometheus does.</summary>
    public static async Task<string> ReadAsync(Router router)
    {
        var server = await router.StartMetricsServerAsync(0).ConfigureAwait(false);
        try
        {
            using var handler = new SocketsHttpHandler { UseProxy = false };
            using var client = new HttpClient(handler);
            return await client.GetStringAsync(server.Url).ConfigureAwait(false);
        }
        finally
        {
            await router.StopMetricsServerAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The sum of a family's series that have all these labels.</summary>
    public double Sum(string name, params string[] labels) => _series
        .Where(s => s.Series.StartsWith(name, StringComparison.Ordinal) && (s.Series.Length == name.Length || s.Series[name.Length] == '{')
            && Array.TrueForAll(labels, l => s.Series.Contains(l, StringComparison.Ordinal)))
        .Sum(s => s.Value);
}
