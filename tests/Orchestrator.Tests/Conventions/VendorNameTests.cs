using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Conventions;

/// <summary>A vendor is its folder: what all vendors share names none of them.</summary>
public partial class VendorNameTests
{
    private static readonly string[] Vendors = ["gigachat", "yandex", "ollama", "openai"];

    private static readonly string[] Shared =
    [
        "Abstractions", "Accounting", "Calls", "Health", "Limits", "Metrics", "Registry", "Strategies", "Telemetry", "Providers/Http",
        "Providers/Sdk",
    ];

    /// <summary>The lists of vendors: what adding a vendor may touch outside its folder, and why.</summary>
    private static readonly Dictionary<string, string> Lists = new(StringComparer.Ordinal)
    {
        ["Providers/Sdk/SdkVendors.cs"] = "SDKs whose exceptions have no status",
    };

    [Fact]
    public void What_all_vendors_share_names_none_of_them()
    {
        var named =
            from file in SourceConventionTests.Sources()
            let folder = Path.GetDirectoryName(file.Name)!.Replace('\\', '/')
            where folder is "" or "Providers"
                || Shared.Any(shared => folder == shared || folder.StartsWith(shared + "/", StringComparison.Ordinal))
            where !Lists.ContainsKey(file.Name)
            from line in File.ReadLines(file.Path).Select((text, index) => (Text: Comment().Replace(text, ""), Number: index + 1))
            from vendor in Vendors
            where line.Text.Contains(vendor, StringComparison.OrdinalIgnoreCase)
            select $"{file.Name}:{line.Number} names {vendor}";

        named.Should().BeEmpty("a vendor's facts stand in its folder, as code or in its .vendor.json");
    }

    [GeneratedRegex(@"(^|\s)//.*$")]
    private static partial Regex Comment();
}
