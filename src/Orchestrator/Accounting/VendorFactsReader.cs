using System.Globalization;
using System.Text.Json;

namespace Orchestrator;

/// <summary>Reads the embedded files of the vendors. Throws for an unknown key; <c>note</c> is ignored everywhere.</summary>
internal static class VendorFactsReader
{
    private const string Ending = ".vendor.json";

    public static IEnumerable<VendorFacts> ReadAll()
    {
        var assembly = typeof(VendorFacts).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(Ending, StringComparison.Ordinal)))
        {
            using var file = assembly.GetManifestResourceStream(name)!;
            using var json = JsonDocument.Parse(file);
            yield return Read(json.RootElement, name[..^Ending.Length]);
        }
    }

    public static VendorFacts Read(JsonElement json, string vendor)
    {
        var facts = new VendorFacts { Vendor = vendor };
        ModelFamily? family = null;
        JsonElement prices = default;
        var (currency, perTokens) = ("", 1000m);
        var models = new List<(string Part, ModelFamily Family)>();
        foreach (var (key, value) in Fields(json))
        {
            switch (key)
            {
                case "alsoCalled":
                    facts = facts with { AlsoCalled = Texts(value) };
                    break;
                case "telemetryName":
                    facts = facts with { TelemetryName = value.GetString() };
                    break;
                case "names":
                    facts = facts with { Names = ReadNames(value) };
                    break;
                case "tokenizer":
                    family = ReadFamily(value, models);
                    break;
                case "otherTokenizers":
                    models.AddRange(Fields(value).Select(f => (f.Key, ModelFamily.Named(f.Value.GetString()!))));
                    break;
                case "headers":
                    facts = facts with { Headers = Texts(value) };
                    break;
                case "shownHeaders":
                    facts = facts with { ShownHeaders = Texts(value) };
                    break;
                case "keyPrefixes":
                    facts = facts with { KeyPrefixes = Texts(value) };
                    break;
                case "sendsThoughts":
                    facts = facts with { SendsThoughts = value.GetBoolean() };
                    break;
                case "leavesOutUncallableTools":
                    facts = facts with { LeavesOutUncallableTools = value.GetBoolean() };
                    break;
                case "cutsLongPrompts":
                    facts = facts with { CutsLongPrompts = value.GetBoolean() };
                    break;
                case "currency":
                    currency = value.GetString()!;
                    break;
                case "perTokens":
                    perTokens = value.GetDecimal();
                    break;
                case "prices":
                    prices = value;
                    break;
                default:
                    throw Unknown(key);
            }
        }

        return facts with
        {
            Family = family,
            Models = models,
            Currency = currency,
            Prices = [.. prices.EnumerateArray().SelectMany(group => VendorPriceReader.Read(group, vendor, 1000m / perTokens))],
        };
    }

    /// <summary>The fields of an object, without its notes.</summary>
    internal static IEnumerable<(string Key, JsonElement Value)> Fields(JsonElement json) =>
        json.EnumerateObject().Where(field => field.Name != "note").Select(field => (field.Name, field.Value));

    internal static JsonException Unknown(string key) => new($"'{key}' is no key of a vendor's file.");

    private static ModelNameRules ReadNames(JsonElement json)
    {
        var names = ModelNameRules.None;
        foreach (var (key, value) in Fields(json))
        {
            names = key switch
            {
                "scheme" => names with { Scheme = value.GetString() },
                "default" => names with { Default = value.GetString() },
                "begins" => names with { Begins = value.GetString() },
                "version" => names with { Version = value.GetString()![0] },
                "date" => names with { Date = value.GetString() },
                "ends" => names with { Ends = Texts(value) },
                "aliases" => names with { Aliases = Aliases(value) },
                _ => throw Unknown(key),
            };
        }

        return names;
    }

    private static ModelFamily ReadFamily(JsonElement json, List<(string Part, ModelFamily Family)> models)
    {
        var family = ModelFamily.Unknown;
        IReadOnlyList<string> parts = [];
        foreach (var (key, value) in Fields(json))
        {
            switch (key)
            {
                case "name":
                    family = family with { Name = value.GetString()! };
                    break;
                case "models":
                    parts = Texts(value);
                    break;
                case "cyrillicPerToken":
                    family = family with { CyrillicPerToken = value.GetDecimal() };
                    break;
                case "ideographsPerToken":
                    family = family with { IdeographsPerToken = value.GetDecimal() };
                    break;
                case "tokensPerMessage":
                    family = family with { Template = family.Template with { PerMessage = value.GetInt32() } };
                    break;
                case "tokensPerCall":
                    family = family with { Template = family.Template with { PerCall = value.GetInt32() } };
                    break;
                default:
                    throw Unknown(key);
            }
        }

        models.AddRange(parts.Select(part => (part, family)));
        return family;
    }

    private static Dictionary<string, string> Aliases(JsonElement json) =>
        Fields(json).ToDictionary(f => f.Key, f => f.Value.GetString()!, StringComparer.OrdinalIgnoreCase);

    private static string[] Texts(JsonElement json) => [.. json.EnumerateArray().Select(text => text.GetString()!)];
}
