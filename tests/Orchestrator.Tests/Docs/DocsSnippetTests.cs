using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Docs;

/// <summary>What the pages show compiles, and where they point there is something.</summary>
public sealed partial class DocsSnippetTests
{
    private static readonly string[] PagesWithSnippets = ["architecture.md", "routing.md", "custom-provider.md", "custom-strategy.md", "from-python.md", "metrics.md", "testing.md", "providers/openai-compatible.md", "providers/ollama.md", "providers/gigachat.md", "providers/gigachat.ru.md", "providers/yandexgpt.md", "providers/yandexgpt.ru.md", "providers/chat-client.md"];

    private static readonly string Root = FindRoot();

    public static TheoryData<string> Pages => [.. PagesWithSnippets];

    public static TheoryData<string> AllPages =>
    [
        .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Root, "README*.md"))
            .Concat(Directory.GetFiles(Root, "CHANGELOG.md"))
            .Select(file => Path.GetRelativePath(Root, file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_of_code_is_part_of_a_compiled_file(string page)
    {
        var compiled = CompiledFiles().Select(file => Plain(File.ReadAllText(file))).ToList();

        var blocks = CodeBlock().Matches(Read(Path.Combine("docs", page))).Select(match => match.Groups[1].Value).ToList();

        blocks.Should().NotBeEmpty("this page shows code");
        foreach (var block in blocks)
            compiled.Should().Contain(text => text.Contains(Plain(block), StringComparison.Ordinal), "{0} shows\n{1}", page, block);
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

        missing.Should().BeEmpty("a page nobody links is a page nobody reads");
    }

    private static IEnumerable<string> CompiledFiles()
    {
        var snippets = Path.Combine(Root, "tests", "Orchestrator.Tests", "Docs", "Snippets");
        var examples = Path.Combine(Root, "examples");
        return new[] { snippets, examples }.Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));
    }

    /// <summary>Lines without their indentation and without what is empty: a page shows the inside of a method at its left edge.</summary>
    private static string Plain(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string WithoutCode(string markdown) => AnyCode().Replace(markdown, "");

    private static HashSet<string> AnchorsOf(string markdown) =>
        [.. Heading().Matches(WithoutCodeBlocks(markdown)).Select(match => Slug(match.Groups[1].Value))];

    private static string WithoutCodeBlocks(string markdown) => AnyBlock().Replace(markdown, "");

    /// <summary>As GitHub makes it: lower case, blanks to hyphens, other punctuation gone.</summary>
    private static string Slug(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Select(c => c == ' ' ? "-" : char.IsLetterOrDigit(c) || c is '-' or '_' ? c.ToString() : ""));

    private static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex AnyCode();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
