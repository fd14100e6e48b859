using System.Text.RegularExpressions;
using Orchestrator.Providers;
using Orchestrator.Tests.DependencyInjection;
using Orchestrator.Tests.Docs.Snippets;

namespace Orchestrator.Tests.Docs;

/// <summary>The blocks of the pages whose code the tests run stand in an example or in Docs/Snippets.</summary>
public partial class SnippetTests
{
    private static readonly string Root = FindRoot();

    private static readonly Dictionary<string, string> Extensions = new() { ["csharp"] = "*.cs", ["json"] = "*.json", ["yaml"] = "*.yml" };

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ru.md")]
    [InlineData("docs/getting-started.md")]
    [InlineData("docs/custom-provider.md")]
    [InlineData("docs/custom-strategy.md")]
    [InlineData("docs/testing.md")]
    public void Every_block_of_code_on_the_page_occurs_in_a_compiled_file(string page)
    {
        var blocks = Block().Matches(File.ReadAllText(Path.Combine(Root, page)).ReplaceLineEndings("\n"));

        blocks.Should().NotBeEmpty();
        foreach (Match block in blocks)
        {
            var code = Lines(Usings().Replace(block.Groups["code"].Value, ""));
            if (string.IsNullOrWhiteSpace(code))
                continue;
            Sources(Extensions[block.Groups["language"].Value]).Should().Contain(
                file => Lines(File.ReadAllText(file)).Contains(code, StringComparison.Ordinal),
                "{0} has this block, which must be copied from examples/ or tests/Orchestrator.Tests/Docs/Snippets/:\n{1}", page, code);
        }
    }

    [Fact]
    public async Task The_snippets_of_the_first_steps_run()
    {
        Console.SetIn(new StringReader("\n"));
        await using var router = GettingStarted.CurrentPrices();
        GettingStarted.AddClient(router, new FakeClient());
        await GettingStarted.StreamAsync(router);
        await GettingStarted.CatchAsync(router);
        await GettingStarted.ServeAsync(router);
        GettingStarted.AddLocal(router);
        GettingStarted.AddOpenAi(router);
        await GettingStarted.PriceAsync();

        var claude = router.GetMetrics()["claude"];
        (claude.SuccessfulRequests, claude.FailedRequests).Should().Be((2, 0));
    }

    [Fact]
    public async Task A_class_called_Orchestrator_reaches_the_package() =>
        (await new MyShop.Orchestrator().AskAsync("Hello")).Should().Be("Mock response to: Hello");

    [Theory]
    [InlineData("mock-timeout")]
    [InlineData("mock-invalid-request")]
    public async Task The_snippet_about_errors_catches_what_a_call_throws(string model)
    {
        await using var router = new Router().AddProvider(new MockProvider("main", model));

        var call = () => GettingStarted.CatchAsync(router);

        await call.Should().NotThrowAsync();
    }

    /// <summary>Without indentation and empty lines, and with line breaks around, so that a block matches whole lines only.</summary>
    private static string Lines(string text) =>
        $"\n{string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))}\n";

    private static IEnumerable<string> Sources(string pattern) =>
        new[] { "examples", "tests/Orchestrator.Tests/Docs/Snippets" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories))
            .Where(file => !BuildOutput().IsMatch(file));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("^```(?<language>csharp|json|yaml)\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    /// <summary>The directives of a block are checked by <see cref="DocsSnippetTests"/>; here they stand at the head of the file.</summary>
    [GeneratedRegex(@"\A(?:using [\w.:= ]+;\n)+")]
    private static partial Regex Usings();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildOutput();
}
