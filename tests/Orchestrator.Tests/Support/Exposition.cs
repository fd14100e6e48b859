using System.Globalization;
using System.Text;
using Prometheus;

namespace Orchestrator.Tests.Support;

/// <summary>The text page of a registry, by series.</summary>
internal sealed class Exposition
{
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    private Exposition(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var blank = line.LastIndexOf(' ');
            _values.Add(line[..blank], double.Parse(line[(blank + 1)..], CultureInfo.InvariantCulture));
        }
    }

    public string Text { get; }

    /// <summary>
    /// A series as the page writes it, such as <c>llm_tokens_total{provider="a",model="m",type="prompt"}</c>; 0 when it is not there.
    /// </summary>
    public double this[string series] => _values.GetValueOrDefault(series);

    public static async Task<Exposition> ReadAsync(CollectorRegistry registry)
    {
        using var page = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(page);
        return new Exposition(Encoding.UTF8.GetString(page.ToArray()));
    }

    /// <summary>The sum over all series of one name.</summary>
    public double Sum(string name, string label = "") =>
        _values.Where(v => v.Key.StartsWith(name + "{", StringComparison.Ordinal) && v.Key.Contains(label, StringComparison.Ordinal))
            .Sum(v => v.Value);
}
