using System.Text.RegularExpressions;

namespace Orchestrator.PrometheusCheck;

/// <summary>One row of a table of queries: what it says it shows, and how.</summary>
internal sealed record DocsQuery(string What, string PromQl);

/// <summary>What docs/metrics.md promises, read from the page itself.</summary>
internal sealed partial class DocsPage
{
    private readonly string _text;

    private DocsPage(string text) => _text = text;

    public static DocsPage Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent ?? throw new CheckFailedException("Orchestrator.sln is in no folder above this program.");
        return new(File.ReadAllText(Path.Combine(folder.FullName, "docs", "metrics.md")));
    }

    /// <summary>The tables of a section whose second column is PromQL, one list for each table.</summary>
    public List<List<DocsQuery>> Queries(string heading)
    {
        var tables = new List<List<DocsQuery>>();
        var inTable = false;
        foreach (var line in Section(heading).Split('\n'))
        {
            if (!line.StartsWith('|'))
            {
                inTable = false;
                continue;
            }

            var cells = PipeOfTable().Split(line.Trim().Trim('|'))
                .Select(c => c.Replace("\\|", "|", StringComparison.Ordinal).Trim()).ToList();
            if (cells is [_, "PromQL"])
                tables.Add([]);
            else if (inTable && cells is [var what, ['`', .. var promQl, '`']])
                tables[^1].Add(new(what.Trim('`'), promQl));
            else if (!inTable || cells.Exists(c => c.Trim('-').Length > 0))
                throw new CheckFailedException($"docs/metrics.md, section '{heading}': not a row of a table of queries: {line}");
            inTable = true;
        }

        return tables;
    }

    /// <summary>The only YAML block of a section.</summary>
    public string Yaml(string heading) => YamlBlock().Matches(Section(heading)) is [var only]
        ? only.Groups[1].Value
        : throw new CheckFailedException($"docs/metrics.md, section '{heading}': expected one block of yaml.");

    private string Section(string heading)
    {
        var start = _text.IndexOf($"\n### {heading}\n", StringComparison.Ordinal);
        if (start < 0)
            throw new CheckFailedException($"docs/metrics.md has no section '{heading}'.");
        var end = _text.IndexOf("\n##", start + 4, StringComparison.Ordinal);
        return end < 0 ? _text[start..] : _text[start..end];
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex PipeOfTable();

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
