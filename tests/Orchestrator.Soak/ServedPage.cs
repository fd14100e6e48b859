using System.Globalization;

namespace Orchestrator.Soak;

/// <summary>One scrape of the router's own endpoint.</summary>
internal sealed class ServedPage(string text)
{
    private readonly string[] _lines = [.. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#')];

    /// <summary>The sum of a family's series that have all these labels.</summary>
    public double Sum(string name, params string[] labels) => _lines
        .Where(l => l.StartsWith(name, StringComparison.Ordinal) && l[name.Length] is '{' or ' '
            && Array.TrueForAll(labels, b => l.Contains(b, StringComparison.Ordinal)))
        .Sum(l => double.Parse(l.AsSpan(l.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
}
