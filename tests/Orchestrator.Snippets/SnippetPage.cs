using System.Text.RegularExpressions;

namespace Orchestrator.Snippets;

/// <summary>A page of the documentation: the packages it names and its blocks of C#, in order.</summary>
public sealed partial class SnippetPage
{
    private SnippetPage(string text)
    {
        Packages = [.. Package().Matches(text).Select(match => match.Groups[1].Value).Distinct()];
        Snippets = [.. Block().Matches(text).Select(match => Read(text, match))];
        NamesWebProject = text.Contains("dotnet new web", StringComparison.Ordinal);
    }

    /// <summary>What <c>dotnet add package</c> is said of, anywhere on the page.</summary>
    public IReadOnlyList<string> Packages { get; }

    /// <summary>Every block of C#: none can be left out.</summary>
    public IReadOnlyList<Snippet> Snippets { get; }

    /// <summary>Whether the page asks for a web project.</summary>
    public bool NamesWebProject { get; }

    /// <summary>Reads a page.</summary>
    public static SnippetPage Load(string file) => Parse(File.ReadAllText(file));

    /// <summary>Reads the text of a page.</summary>
    public static SnippetPage Parse(string markdown) => new(markdown.ReplaceLineEndings("\n"));

    private static Snippet Read(string text, Match block)
    {
        var comments = Comment().Matches(block.Groups["comments"].Value).Select(match => match.Groups[1].Value.Trim()).ToList();
        var given = comments
            .Where(comment => comment.StartsWith("given:", StringComparison.Ordinal))
            .Select(comment => comment["given:".Length..]);
        return new Snippet(
            Line: text.AsSpan(0, block.Groups["code"].Index).Count('\n') + 1,
            Code: block.Groups["code"].Value,
            Given: string.Join('\n', given),
            IsWeb: comments.Contains("web"));
    }

    [GeneratedRegex(@"dotnet add package ([A-Za-z][\w.-]*)")]
    private static partial Regex Package();

    [GeneratedRegex(
        "^(?<comments>(?:<!--(?:(?!-->).)*-->\n)*)```(?:csharp|cs|c#)\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("<!--(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
