using Orchestrator.Snippets;

namespace Orchestrator.Tests.Docs;

/// <summary>What the check of the pages' snippets finds. The pages below are as short as a page can be.</summary>
public sealed class SnippetCompilerTests
{
    private const string Package = "dotnet add package MultiLlmOrchestrator";
    private const string Directive = "```csharp\nusing Orchestrator;\n```\n";
    private const string Snippet = "```csharp\nvar router = new Router();\n```\n";

    [Fact]
    public void A_page_that_names_all_it_needs_is_in_order() => Check(Package, Directive, Snippet).Should().BeEmpty();

    [Fact]
    public void A_directive_that_is_missing_is_found() =>
        Check(Package, Snippet).Should().ContainSingle().Which.Should().StartWith("line 3: CS0246");

    [Fact]
    public void A_package_that_is_missing_is_found() => Check(Directive, Snippet).Should().NotBeEmpty();

    [Fact]
    public void A_directive_that_nothing_needs_is_found() =>
        Check(Package, Directive.Replace("using", "using System.Text;\nusing"), Snippet)
            .Should().ContainSingle().Which.Should().Contain("using System.Text;");

    [Fact]
    public void A_snippet_with_directives_of_its_own_has_only_those() =>
        Check(Package, Directive, Snippet.Replace("var", "using System.Text;\n\nvar")).Should().Contain(line => line.Contains("CS0246"));

    [Fact]
    public void A_variable_that_no_comment_gives_is_found()
    {
        const string Use = "```csharp\nConsole.WriteLine(router.Providers.Count);\n```\n";

        Check(Package, Directive, Use).Should().Contain(line => line.Contains("CS0103"));
        Check(Package, Directive, "<!-- given: Router router = null!; -->\n" + Use).Should().BeEmpty();
    }

    [Fact]
    public void A_snippet_of_a_web_project_needs_a_page_that_says_so()
    {
        const string Web = "<!-- web -->\n```csharp\nusing Orchestrator;\n\n"
            + "WebApplication.Create().MapGet(\"/\", (Router router) => router.Providers.Count);\n```\n";

        Check(Package, Web).Should().ContainSingle().Which.Should().Contain("dotnet new web");
        Check(Package, "`dotnet new web`\n", Web).Should().BeEmpty();
    }

    private static IReadOnlyList<string> Check(params string[] parts) =>
        DocsSnippetTests.Compiler.Value.Check(SnippetPage.Parse(string.Join("\n", parts)));
}
