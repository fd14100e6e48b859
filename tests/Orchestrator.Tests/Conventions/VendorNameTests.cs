using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Conventions;

/// <summary>A vendor is its folder: what all vendors share names none of them, and none of their headers and key prefixes.</summary>
public partial class VendorNameTests
{
    /// <summary>Vendors and servers without a facts file of that name.</summary>
    private static readonly string[] Others =
        ["yandex", "llamacpp", "llama.cpp", "vllm", "openrouter", "lmstudio", "bedrock", "azure", "gemini", "sberbank"];

    private static readonly string[] Shared =
    [
        "Abstractions", "Accounting", "Calls", "Health", "Limits", "Metrics", "Registry", "Strategies", "Telemetry", "Providers/Http",
        "Providers/Sdk",
    ];

    /// <summary>The files that may name vendors, and why; the first is a list that adding a vendor may touch.</summary>
    private static readonly Dictionary<string, string> Lists = new(StringComparer.Ordinal)
    {
        ["Providers/Sdk/SdkVendors.cs"] = "SDKs whose exceptions have no status",
        ["Providers/Sdk/SdkTypes.cs"] = "SDK types whose members the trimmer must keep: it understands constant names only",
        ["Providers/Http/LocalAddress.cs"] = "host names of the metadata services of clouds",
    };

    [Fact]
    public void What_all_vendors_share_names_none_of_them()
    {
        var vendors = VendorFacts.All.Select(facts => facts.Vendor).Where(vendor => vendor != "mock").Concat(Others).ToArray();

        var named =
            from line in SharedLines()
            from vendor in vendors
            where line.Text.Contains(vendor, StringComparison.OrdinalIgnoreCase)
            select $"{line.Place} names {vendor}";

        named.Should().BeEmpty("a vendor's facts stand in its folder, as code or in its .vendor.json");
    }

    [Fact]
    public void What_all_vendors_share_names_none_of_their_headers_and_keys()
    {
        var facts = VendorFacts.All.SelectMany(f => f.Headers.Concat(f.ShownHeaders).Concat(f.KeyPrefixes)).Distinct().ToArray();

        var named =
            from line in SharedLines()
            from fact in facts
            where line.Text.Contains($"\"{fact}\"", StringComparison.OrdinalIgnoreCase)
            select $"{line.Place} names {fact}";

        facts.Should().Contain(["RqUID", "x-folder-id", "OpenAI-Organization", "AQVN"]);
        named.Should().BeEmpty("it stands in a .vendor.json already");
    }

    private static IEnumerable<(string Place, string Text)> SharedLines() =>
        from file in SourceConventionTests.Sources()
        let folder = Path.GetDirectoryName(file.Name)!.Replace('\\', '/')
        where folder is "" or "Providers"
            || Shared.Any(shared => folder == shared || folder.StartsWith(shared + "/", StringComparison.Ordinal))
        where !Lists.ContainsKey(file.Name)
        from line in File.ReadLines(file.Path).Select((text, index) => (Text: Comment().Replace(text, ""), Number: index + 1))
        select ($"{file.Name}:{line.Number}", line.Text);

    [GeneratedRegex(@"(^|\s)//.*$")]
    private static partial Regex Comment();
}
