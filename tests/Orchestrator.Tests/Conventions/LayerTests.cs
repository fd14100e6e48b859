using System.Reflection;
using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Conventions;

/// <summary>
/// The folders of the library are its layers: a type of one may use types of those that the table allows, and no others. Namespaces play no
/// part. There are no exceptions: what needs one is in the wrong folder, or needs an interface in a lower one.
/// </summary>
public sealed partial class LayerTests
{
    private const string Root = "Router*.cs";
    private const string Vendors = "Providers/<vendor>";

    /// <summary>What each folder may use. The same table is in docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Abstractions"] = [],
        ["Accounting"] = ["Abstractions"],
        ["Health"] = ["Abstractions"],
        ["Limits"] = ["Abstractions"],
        ["Strategies"] = ["Abstractions"],
        ["Telemetry"] = ["Abstractions"],
        ["Registry"] = ["Abstractions", "Accounting", "Health", "Limits"],
        ["Providers"] = ["Abstractions", "Accounting"],
        [Vendors] = ["Abstractions", "Accounting", "Providers"],
        ["Calls"] = ["Abstractions", "Accounting", "Health", "Limits", "Providers", "Registry", "Strategies", "Telemetry"],
        ["Metrics"] = ["Abstractions", "Registry"],
        [Root] = ["Abstractions", "Accounting", "Calls", "Health", "Limits", "Metrics", "Providers", "Registry", "Strategies", "Telemetry"],
        ["DependencyInjection"] =
        [
            "Abstractions", "Accounting", "Calls", "Health", "Limits", "Metrics", "Providers", Vendors, "Registry", Root,
            "Strategies", "Telemetry",
        ],
    };

    [Fact]
    public void No_type_uses_one_of_a_folder_that_its_own_may_not_use()
    {
        using var library = new TypeUses(typeof(Router).Assembly.Location);
        var uses = library.Read().Concat(Replaced(library.Files)).Distinct().ToList();
        uses.Should().Contain(
            u => u.File == "Calls/RoutePlanner.cs" && u.TypeFile == "Registry/RegisteredProvider.cs", "else this reads nothing");
        uses.Should().Contain(u => u.File == "Registry/ProviderState.cs" && u.Type == nameof(ProviderAvailability));
        var wrong = uses.Where(u => !MayUse(LayerOf(u.File), LayerOf(u.TypeFile)))
            .Select(u => $"{u.File} uses {u.Type} of {u.TypeFile}: {LayerOf(u.File)} may not use {LayerOf(u.TypeFile)}").Order();
        string.Join(Environment.NewLine, wrong).Should().BeEmpty();
    }

    [Fact]
    public void The_table_has_one_direction()
    {
        foreach (var (layer, uses) in Allowed)
            uses.Where(other => MayUse(other, layer)).Should().BeEmpty($"{layer} uses them");
    }

    [Fact]
    public void The_page_shows_the_same_table()
    {
        var page = File.ReadAllText(Path.Combine(Repository(), "docs", "architecture.md"));
        var rows = TableRow().Matches(page).ToDictionary(
            m => m.Groups["layer"].Value, m =>
                Names().Matches(m.Groups["uses"].Value).Select(n => n.Groups["name"].Value).Order().ToArray());
        rows.Should().BeEquivalentTo(Allowed.ToDictionary(a => a.Key, a => a.Value.Order().ToArray()));
    }

    private static bool MayUse(string layer, string other) => layer == other || Allowed[layer].Contains(other);

    private static string LayerOf(string file)
    {
        var folders = file.Split('/')[..^1];
        var layer = folders is [] ? Root
            : folders is ["Providers", not ("Http" or "Sdk"), ..] ? Vendors
            : folders[0];
        Allowed.Should().ContainKey(layer, $"{file} lies in a folder without a row in the table");
        return layer;
    }

    /// <summary>Uses that the compiler replaces by their value: constants and members of enumerations.</summary>
    private static IEnumerable<TypeUse> Replaced(ILookup<string, string> files)
    {
        var named = typeof(Router).Assembly.GetTypes()
            .Where(t => !t.IsNested && (t.IsEnum || Constants(t).Any()) && files.Contains(t.Name))
            .ToDictionary(t => t.Name, t => files[t.Name].First());
        var source = Path.Combine(Repository(), "src", "Orchestrator");
        var use = new Regex($@"(?<![\w.])(?:{string.Join('|', named.Keys)})(?=\.)");
        foreach (var file in files.SelectMany(f => f).Distinct())
        {
            var text = CommentOrString().Replace(File.ReadAllText(Path.Combine(source, file)), "");
            foreach (var type in use.Matches(text).Select(m => m.Value).Distinct().Where(type => !files[type].Contains(file)))
                yield return new TypeUse(file, type, files[type].First());
        }
    }

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(f => f.IsLiteral && !f.IsPrivate);

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Orchestrator.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }

    // Strings first, so that "//" in an address is no comment.
    [GeneratedRegex(@"""(?:\\.|[^""\\\n])*""|//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"^\| `(?<layer>[^`]+)` \|[^|]*\|(?<uses>[^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Names();
}
