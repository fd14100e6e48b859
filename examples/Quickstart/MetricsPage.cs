using System.Globalization;
using System.Text.RegularExpressions;

namespace Quickstart;

/// <summary>The text of /metrics, and just enough of its grammar to add up samples.</summary>
internal sealed partial class MetricsPage(string text)
{
    public static async Task<MetricsPage> FetchAsync(Uri url)
    {
        // A proxy of the environment knows nothing of this machine's loopback.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return new(await http.GetStringAsync(url));
    }

    public IEnumerable<Totals> Totals(IEnumerable<string> providers) => providers.Select(name => new Totals(
        name,
        (long)Sum("llm_requests_total", ("provider", name)),
        (long)Sum("llm_requests_total", ("provider", name), ("status", "failure")),
        (long)Sum("llm_tokens_total", ("provider", name), ("type", "prompt")),
        (long)Sum("llm_tokens_total", ("provider", name), ("type", "completion")),
        Sum("llm_cost_total", ("provider", name), ("currency", "RUB"))));

    public override string ToString() => text;

    private decimal Sum(string metric, params (string Name, string Value)[] labels) => Sample().Matches(text)
        .Where(sample => sample.Groups["name"].Value == metric
            && labels.All(label => sample.Groups["labels"].Value.Contains($"{label.Name}=\"{label.Value}\"", StringComparison.Ordinal)))
        .Sum(sample => decimal.Parse(sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture));

    [GeneratedRegex("""^(?<name>\w+)(\{(?<labels>.*)\})? (?<value>\S+)$""", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
