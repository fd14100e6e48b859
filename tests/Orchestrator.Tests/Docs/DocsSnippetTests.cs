using System.Text.RegularExpressions;
using Orchestrator.Snippets;

namespace Orchestrator.Tests.Docs;

/// <summary>What the pages show compiles, and where they point there is something.</summary>
public sealed partial class DocsSnippetTests
{
    private static readonly string Root = FindRoot();

    internal static readonly Lazy<SnippetCompiler> Compiler = new(() =>
        new SnippetCompiler(new PackageGraph(Path.Combine(Root, "tests", "Orchestrator.Snippets", "obj", "project.assets.json"))));

    public static TheoryData<string> AllPages =>
    [
        .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Root, "README*.md"))
            .Concat(new[] { "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md" }.Select(name => Path.Combine(Root, name)))
            .Select(file => Path.GetRelativePath(Root, file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Every_snippet_compiles_with_what_its_page_names(string page)
    {
        var snippets = SnippetPage.Load(Path.Combine(Root, page));

        Compiler.Value.Check(snippets).Should().BeEmpty("{0} must name what its snippets need, and no other directive", page);
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Every_relative_link_leads_somewhere(string page)
    {
        var broken = new List<string>();
        foreach (var target in Link().Matches(WithoutCode(Read(page))).Select(match => match.Groups[1].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
                continue;
            var (path, anchor) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
            var file = path.Length == 0 ? page : Path.GetRelativePath(Root, Path.Combine(Root, Path.GetDirectoryName(page)!, path));
            var full = Path.Combine(Root, file);
            if (!File.Exists(full) && !Directory.Exists(full))
            {
                broken.Add(target);
            }
            else if (anchor is not null && full.EndsWith(".md", StringComparison.Ordinal) && !AnchorsOf(Read(file)).Contains(anchor))
            {
                broken.Add(target);
            }
        }

        broken.Should().BeEmpty("every link of {0} should resolve", page);
    }

    [Fact]
    public void The_index_names_every_page()
    {
        var index = Read(Path.Combine("docs", "index.md"));

        var missing = Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(Root, "docs"), file).Replace('\\', '/'))
            .Where(name => name != "index.md" && !index.Contains($"({name})", StringComparison.Ordinal));

        missing.Should().BeEmpty("a page without a link is not found");
    }

    private static string WithoutCode(string markdown) => AnyCode().Replace(markdown, "");

    private static HashSet<string> AnchorsOf(string markdown) =>
        [.. Heading().Matches(WithoutCodeBlocks(markdown)).Select(match => Slug(match.Groups[1].Value))];

    private static string WithoutCodeBlocks(string markdown) => AnyBlock().Replace(markdown, "");

    /// <summary>As GitHub makes it: lower case, blanks to hyphens, other punctuation gone.</summary>
    private static string Slug(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant()
            .Select(c => c == ' ' ? "-" : char.IsLetterOrDigit(c) || c is '-' or '_' ? c.ToString() : ""));

    private static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex AnyCode();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
