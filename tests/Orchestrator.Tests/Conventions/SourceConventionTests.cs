using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Conventions;

/// <summary>Rules of the source that no analyzer knows.</summary>
public partial class SourceConventionTests
{
    private static readonly Assembly Library = typeof(Router).Assembly;

    [Fact]
    public void Only_the_exporter_the_metrics_server_and_the_options_know_prometheus_net()
    {
        string[] allowed = ["Metrics/PrometheusExporter.Series.cs", "Metrics/PrometheusExporter.cs", "RouterOptions.cs"];
        var knowing = Sources().Where(f => MentionsPrometheus().IsMatch(WithoutCommentsAndStrings(File.ReadAllText(f.Path)))).Select(f => f.Name).ToList();
        knowing.Should().Contain(allowed, "else this test looks in the wrong place");
        knowing.Where(f => !allowed.Contains(f) && !f.StartsWith("Metrics/Server/", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        Sources().Where(f => File.ReadLines(f.Path).Count() > 300).Select(f => f.Name).Should().BeEmpty();
    }

    [Fact]
    public void The_median_file_is_a_short_one()
    {
        var lengths = Sources().Select(f => File.ReadLines(f.Path).Count()).Order().ToArray();
        lengths[lengths.Length / 2].Should().BeLessThan(80);
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
        Sources().Where(f => HandwrittenLog().IsMatch(WithoutCommentsAndStrings(File.ReadAllText(f.Path)))).Select(f => f.Name).Should().BeEmpty();
    }

    [Fact]
    public void Nothing_static_can_be_written()
    {
        var writable = Library.GetTypes()
            .Where(t => t.Namespace?.StartsWith("Orchestrator", StringComparison.Ordinal) == true && !t.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(f => f is { IsLiteral: false, IsInitOnly: false } && !f.Name.StartsWith('<') && !f.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
            .Select(f => $"{f.DeclaringType!.Name}.{f.Name}");
        writable.Should().BeEmpty();
    }

    private static List<LoggerMessageAttribute> LogMessages() =>
        [.. Library.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];

    internal static IEnumerable<(string Name, string Path)> Sources()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent;
        var root = Path.Combine(folder!.FullName, "src", "Orchestrator");
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(root, path).Replace('\\', '/'), Path: path))
            .Where(f => !f.Name.StartsWith("obj/", StringComparison.Ordinal) && !f.Name.StartsWith("bin/", StringComparison.Ordinal));
    }

    private static string WithoutCommentsAndStrings(string source) => CommentOrString().Replace(source, "");

    [GeneratedRegex("""\bPrometheus\s*[.;]|\bCollectorRegistry\b|\bprometheus-net\b""")]
    private static partial Regex MentionsPrometheus();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex HandwrittenLog();

    // Strings first, so that "//" in an address is no comment.
    [GeneratedRegex(@"""(?:\\.|[^""\\\n])*""|//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
