using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orchestrator.Snippets;

/// <summary>
/// Compiles each block of a page as a program of its own, with the packages and the using directives that the page names and nothing else
/// besides the SDK's implicit usings. A block without directives of its own has those of the page: of the block that is nothing but
/// directives, else of the first one that has any. Blocks before it that only declare types are files of the same program.
/// </summary>
public sealed class SnippetCompiler(PackageGraph packages)
{
    private const string ImplicitUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private const string WebUsings =
        """
        global using System.Net.Http.Json; global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    // With documentation comments, or the compiler does not look for directives that nothing needs.
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest, DocumentationMode.Parse);

    // What the SDK suppresses in every project: versions of assemblies that differ.
    private static readonly Dictionary<string, ReportDiagnostic> SdkNoWarn = new()
    {
        ["CS1701"] = ReportDiagnostic.Suppress,
        ["CS1702"] = ReportDiagnostic.Suppress,
    };

    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private readonly ConcurrentDictionary<string, MetadataReference> _references = new();
    private readonly ConcurrentDictionary<string, CSharpCompilation> _empty = new();

    /// <summary>What the compiler says against a page, warnings and superfluous directives included.</summary>
    public IReadOnlyList<string> Check(SnippetPage page)
    {
        var found = new List<string>();
        var common = page.Snippets.FirstOrDefault(snippet => snippet.IsUsings)
            ?? page.Snippets.FirstOrDefault(snippet => snippet.Usings.Length > 0);
        var unused = DirectivesOf(common is { IsUsings: true } ? common.Usings : null);
        var files = new List<SyntaxTree>();
        foreach (var snippet in page.Snippets.Where(snippet => !snippet.IsUsings))
        {
            var tree = Parse(snippet, common?.Usings ?? "", out var types);
            var diagnostics = Diagnose(page, snippet, [tree, .. types, .. files]);
            found.AddRange(diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)
                .Select(diagnostic => $"line {LineOf(diagnostic)}: {diagnostic.Id} {diagnostic.GetMessage(CultureInfo.InvariantCulture)}"));
            var superfluous = Superfluous(diagnostics, tree);
            if (snippet.Usings.Length == 0)
                unused.IntersectWith(superfluous);
            else
                found.AddRange(superfluous.Select(directive => $"line {snippet.Line}: nothing needs '{directive}'"));
            if (snippet.IsWeb && !page.NamesWebProject)
                found.Add($"line {snippet.Line}: the page does not say 'dotnet new web'");
            if (!HasStatements(tree))
                files.Add(tree);
        }

        return [.. found, .. unused.Select(directive => $"line {common!.Line}: nothing needs '{directive}'")];
    }

    private static SyntaxTree Parse(Snippet snippet, string common, out IReadOnlyList<SyntaxTree> types)
    {
        // Types of the comment go into a file of their own, without the page's directives; its statements before those of the block.
        var given = CSharpSyntaxTree.ParseText(snippet.Given, Parsing).GetCompilationUnitRoot();
        var statements = TextOf(given.Members.Where(member => member is GlobalStatementSyntax));
        var others = TextOf(given.Members.Where(member => member is not GlobalStatementSyntax));
        types = others.Length == 0 ? [] : [CSharpSyntaxTree.ParseText(others, Parsing)];
        var usings = snippet.Usings.Length > 0 ? snippet.Usings : common;
        var line = snippet.Line + snippet.Usings.Count(c => c == '\n');
        return CSharpSyntaxTree.ParseText($"{usings}{statements}\n#line {line}\n{snippet.Body}", Parsing);
    }

    private static string TextOf(IEnumerable<MemberDeclarationSyntax> members) =>
        string.Concat(members.Select(member => member.ToFullString()));

    private static HashSet<string> Superfluous(IEnumerable<Diagnostic> diagnostics, SyntaxTree tree) =>
        [.. diagnostics
            .Where(diagnostic => diagnostic.Id == "CS8019" && diagnostic.Location.SourceTree == tree)
            .SelectMany(diagnostic => DirectivesOf(tree.GetText().ToString(diagnostic.Location.SourceSpan)))];

    private IReadOnlyList<Diagnostic> Diagnose(SnippetPage page, Snippet snippet, SyntaxTree[] trees)
    {
        var kind = trees.Any(HasStatements) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        var options = new CSharpCompilationOptions(
            kind, nullableContextOptions: NullableContextOptions.Enable, specificDiagnosticOptions: SdkNoWarn);
        // Kept for each set of references: reading their metadata takes most of the time.
        var empty = _empty.GetOrAdd($"{string.Join(' ', page.Packages)} {snippet.IsWeb} {kind}", _ => CSharpCompilation.Create(
            "Snippet",
            [CSharpSyntaxTree.ParseText(snippet.IsWeb ? ImplicitUsings + WebUsings : ImplicitUsings, Parsing)],
            ReferencesFor(page, snippet),
            options));
        return [.. empty.AddSyntaxTrees(trees).GetDiagnostics()
            .Where(diagnostic => diagnostic.Location.SourceTree != empty.SyntaxTrees[0])];
    }

    private IEnumerable<MetadataReference> ReferencesFor(SnippetPage page, Snippet snippet)
    {
        var files = new Dictionary<string, string>(packages.AssembliesOf(page.Packages), StringComparer.OrdinalIgnoreCase);
        foreach (var folder in snippet.IsWeb ? [Framework, WebFramework()] : new[] { Framework })
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.dll"))
                files[Path.GetFileNameWithoutExtension(file)] = file;
        }

        return files.Values.Select(file => _references.GetOrAdd(file, path => MetadataReference.CreateFromFile(path)));
    }

    private static string WebFramework()
    {
        var shared = Path.GetFullPath(Path.Combine(Framework, "..", "..", "Microsoft.AspNetCore.App"));
        return Path.Combine(shared, Path.GetFileName(Framework)) is var same && Directory.Exists(same)
            ? same
            : Directory.GetDirectories(shared, "10.*").Order(StringComparer.Ordinal).Last();
    }

    private static bool HasStatements(SyntaxTree tree) => tree.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();

    private static HashSet<string> DirectivesOf(string? text) =>
        [.. (text ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static int LineOf(Diagnostic diagnostic) => diagnostic.Location.GetMappedLineSpan().StartLinePosition.Line + 1;
}
