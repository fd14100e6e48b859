using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Conventions;

/// <summary>Rules of the source that no analyzer knows.</summary>
public partial class SourceConventionTests
{
    private static readonly Assembly Library = typeof(Router).Assembly;

    [Fact]
    public void Only_the_exporter_and_its_two_extensions_know_prometheus_net()
    {
        string[] extensions = ["DependencyInjection/LlmRouterBuilderPrometheusExtensions.cs", "RouterPrometheusExtensions.cs"];
        var knowing = Sources().Where(f => MentionsPrometheus().IsMatch(WithoutCommentsAndStrings(File.ReadAllText(f.Path))))
            .Select(f => f.Name).ToList();
        knowing.Should().Contain([.. extensions, "Metrics/PrometheusExporter.cs"], "else this test looks in the wrong place");
        knowing.Where(f => !extensions.Contains(f) && !f.StartsWith("Metrics/", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void Nothing_public_but_the_two_extensions_names_types_of_prometheus_net()
    {
        var prometheus = typeof(Prometheus.CollectorRegistry).Assembly;
        var naming = Library.GetExportedTypes().Where(t => Named(t).SelectMany(Parts).Any(n => n.Assembly == prometheus));
        naming.Should().BeEquivalentTo([typeof(RouterPrometheusExtensions), typeof(LlmRouterBuilderPrometheusExtensions)]);
    }

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        Sources().Concat(SourcesUnder("tests"))
            .Where(f => File.ReadLines(f.Path).Count() > 300).Select(f => f.Name).Should().BeEmpty();
    }

    [Fact]
    public void No_line_is_longer_than_140_characters()
    {
        SourceLines().Concat(TestLines().Where(l => !Recorded().IsMatch(l.Text)))
            .Where(l => l.Text.Length > 140).Select(l => l.Place).ToList().Should().BeEmpty();
    }

    [Fact]
    public void Comments_and_names_say_who_is_meant()
    {
        SourceLines().Concat(TestLines().Select(l => (l.Place, Text: StringOnLine().Replace(l.Text, ""))))
            .Where(l => VagueWord().IsMatch(l.Text)).Select(l => l.Place).ToList().Should().BeEmpty();
    }

    [Fact]
    public void No_type_has_more_than_400_lines_with_its_partial_files_joined()
    {
        var types = (
            from file in Sources()
            let source = File.ReadAllText(file.Path)
            from name in TopLevelType().Matches(source).Select(m => m.Groups["name"].Value).Distinct()
            group File.ReadLines(file.Path).Count() by $"{Namespace().Match(source).Groups["name"].Value}.{name}").ToList();
        types.Should().Contain(t => t.Key == "Orchestrator.Router" && t.Count() > 1, "else this test looks in the wrong place");
        types.Where(t => t.Sum() > 400).Select(t => $"{t.Key}: {t.Sum()}").ToList().Should().BeEmpty();
    }

    [Fact]
    public void The_median_file_is_a_short_one()
    {
        var lengths = Sources().Select(f => File.ReadLines(f.Path).Count()).Order().ToArray();
        lengths[lengths.Length / 2].Should().BeLessThan(80);
    }

    [Fact]
    public void The_names_of_tests_have_at_most_90_characters()
    {
        typeof(SourceConventionTests).Assembly.GetTypes().SelectMany(t => t.GetMethods())
            .Where(m => m.IsDefined(typeof(FactAttribute)) && m.Name.Length > 90)
            .Select(m => $"{m.DeclaringType!.Name}.{m.Name}")
            .Should().BeEmpty();
    }

    [Fact]
    public void Public_types_live_in_the_namespaces_that_serve_users()
    {
        Library.GetExportedTypes().Select(t => t.Namespace).Distinct()
            .Should().BeEquivalentTo("Orchestrator", "Orchestrator.Providers", "Microsoft.Extensions.DependencyInjection");
    }

    [Fact]
    public void Public_classes_are_sealed_unless_inheritance_is_the_feature()
    {
        Library.GetExportedTypes().Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false }).Select(t => t.Name)
            .Should().BeEquivalentTo(nameof(LlmException), nameof(RouteResult));
    }

    [Fact]
    public void Every_event_id_is_given_once()
    {
        var messages = LogMessages();
        messages.Should().HaveCountGreaterThan(10);
        messages.GroupBy(m => m.EventId).Where(g => g.Count() > 1).Should().BeEmpty();
        messages.Where(m => m.EventName is not null).GroupBy(m => m.EventName).Where(g => g.Count() > 1).Should().BeEmpty();
    }

    [Fact]
    public void Every_log_message_is_generated_and_none_is_written_by_hand()
    {
        Sources().Where(
            f => HandwrittenLog().IsMatch(WithoutCommentsAndStrings(File.ReadAllText(f.Path)))).Select(f => f.Name).Should().BeEmpty();
    }

    [Fact]
    public void Nothing_static_can_be_written()
    {
        var writable = Library.GetTypes()
            .Where(t => t.Namespace?.StartsWith("Orchestrator", StringComparison.Ordinal) == true && !t.IsDefined(
                typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(f => f is { IsLiteral: false, IsInitOnly: false } && !f.Name.StartsWith('<') && !f.IsDefined(
                typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
            .Select(f => $"{f.DeclaringType!.Name}.{f.Name}");
        writable.Should().BeEmpty();
    }

    /// <summary>What a type's own declaration and its visible members name.</summary>
    private static IEnumerable<Type> Named(Type type)
    {
        const BindingFlags All =
            BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var methods = type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))
            .Where(m => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly).ToList();
        return [
            .. type.GetInterfaces(), .. type.BaseType is { } parent ? [parent] : Type.EmptyTypes,
            .. type.GetFields(All).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly).Select(f => f.FieldType),
            .. methods.SelectMany(m => m.GetParameters()).Select(p => p.ParameterType),
            .. methods.OfType<MethodInfo>().Select(m => m.ReturnType),
            .. type.GetGenericArguments().Concat(methods.OfType<MethodInfo>().SelectMany(m => m.GetGenericArguments()))
                .SelectMany(a => a.IsGenericParameter ? a.GetGenericParameterConstraints() : [a])];
    }

    private static IEnumerable<Type> Parts(Type type) =>
        [type, .. type.HasElementType ? Parts(type.GetElementType()!) : [],
            .. type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts) : []];

    private static List<LoggerMessageAttribute> LogMessages() =>
        [.. Library.GetTypes()
            .SelectMany(t => t.GetMethods(
                BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];

    internal static IEnumerable<(string Name, string Path)> Sources() => SourcesUnder("src/Orchestrator");

    /// <summary>The lines of both libraries, each with its file and number.</summary>
    private static List<(string Place, string Text)> SourceLines() =>
        Lines("src", "Orchestrator/Router.cs", "Orchestrator.Testing/Fault.Errors.cs");

    /// <summary>The lines of the tests and of the programs beside them.</summary>
    private static List<(string Place, string Text)> TestLines() =>
        Lines("tests", "Orchestrator.Tests/RouterTests.cs", "Orchestrator.Wall/WallRun.cs");

    private static List<(string Place, string Text)> Lines(string under, params string[] known)
    {
        var files = SourcesUnder(under).ToList();
        files.Select(f => f.Name).Should().Contain(known, "else there is nothing to see");
        return [.. files.SelectMany(f => File.ReadLines(f.Path).Select((text, index) => ($"{f.Name}:{index + 1}", text)))];
    }

    private static IEnumerable<(string Name, string Path)> SourcesUnder(string under)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent;
        var root = Path.Combine(folder!.FullName, under);
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(root, path).Replace('\\', '/'), Path: path))
            .Where(f => !f.Name.Split('/').Any(part => part is "obj" or "bin"));
    }

    private static string WithoutCommentsAndStrings(string source) => CommentOrString().Replace(source, "");

    [GeneratedRegex("""\bPrometheus\s*[.;]|\bCollectorRegistry\b|\bprometheus-net\b""")]
    private static partial Regex MentionsPrometheus();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex HandwrittenLog();

    [GeneratedRegex(@"(?<![a-z])(?:whoever|nobody|somebody)(?![a-z])", RegexOptions.IgnoreCase)]
    private static partial Regex VagueWord();

    // An event or a body as it was recorded, in a literal of many lines: a line break would change it.
    [GeneratedRegex(@"^\s+(?:data: ?)?\{""")]
    private static partial Regex Recorded();

    [GeneratedRegex(@"""(?:\\.|[^""\\])*""")]
    private static partial Regex StringOnLine();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // Namespaces are file-scoped: a type that starts its line is no nested one.
    [GeneratedRegex(@"^(?:[a-z]+ )*(?:class|struct|interface|enum|record) (?<name>\w+(?:<[^>]*>)?)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    // Strings first, so that "//" in an address is no comment.
    [GeneratedRegex(@"""(?:\\.|[^""\\\n])*""|//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
