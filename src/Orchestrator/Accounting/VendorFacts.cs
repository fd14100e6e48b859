using System.Collections.Frozen;

namespace Orchestrator;

/// <summary>What is known of a vendor besides its API: prices, other names of its models, how it counts tokens. Read from the embedded file
/// <c>{vendor}.vendor.json</c>, so that a price is changed without touching code. Immutable.</summary>
internal sealed record VendorFacts
{
    private static readonly VendorFacts Unknown = new();

    private static readonly FrozenDictionary<string, VendorFacts> ByKey =
        VendorFactsReader.ReadAll().ToFrozenDictionary(facts => facts.Vendor, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Keys = ByKey.Values
        .SelectMany(facts => facts.AlsoCalled, (facts, name) => (facts.Vendor, Name: name))
        .ToFrozenDictionary(pair => pair.Name, pair => pair.Vendor, StringComparer.OrdinalIgnoreCase);

    /// <summary>The key of the vendor, as in <see cref="ProviderInfo.Vendor"/>.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>The vendor's keys in clients of Microsoft.Extensions.AI and in the conventions of OpenTelemetry.</summary>
    public IReadOnlyList<string> AlsoCalled { get; init; } = [];

    /// <summary>The vendor's name in OpenTelemetry's conventions; null when it is the key.</summary>
    public string? TelemetryName { get; init; }

    /// <summary>Which names mean the same model.</summary>
    public ModelNameRules Names { get; init; } = ModelNameRules.None;

    /// <summary>The tokenizer of the vendor's own models; null when it depends on the model's name.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Parts of model names, and the family of the models that have them.</summary>
    public IReadOnlyList<(string Part, ModelFamily Family)> Models { get; init; } = [];

    /// <summary>Names of the vendor's own headers that users configure: an error may show the name.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Names of headers that the provider sends and whose values are no secret: an error may show the value.</summary>
    public IReadOnlyList<string> ShownHeaders { get; init; } = [];

    /// <summary>How the vendor's keys and tokens begin: text that begins so is never shown.</summary>
    public IReadOnlyList<string> KeyPrefixes { get; init; } = [];

    /// <summary>Whether the reasoning of earlier answers is sent again.</summary>
    public bool SendsThoughts { get; init; }

    /// <summary>Whether tools are not sent when none may be called.</summary>
    public bool LeavesOutUncallableTools { get; init; }

    /// <summary>Whether a prompt that is too long is cut without an error.</summary>
    public bool CutsLongPrompts { get; init; }

    /// <summary>The currency of the prices.</summary>
    public string Currency { get; init; } = "";

    /// <summary>The prices; those of version 0.7.0 are marked.</summary>
    public IReadOnlyList<(PricingRow Row, bool IsOld)> Prices { get; init; } = [];

    /// <summary>The facts of all vendors that have a file.</summary>
    public static IEnumerable<VendorFacts> All => ByKey.Values;

    /// <summary>The facts of a vendor; those of no vendor for an unknown key.</summary>
    public static VendorFacts Of(string vendor) => ByKey.GetValueOrDefault(vendor, Unknown);

    /// <summary>The name of a vendor in OpenTelemetry's conventions: its key where they have none.</summary>
    public static string TelemetryNameOf(string vendor) => Of(KeyOf(vendor)).TelemetryName ?? vendor;

    /// <summary>The key of a vendor in the built-in tables; the same object when it has no other.</summary>
    public static string KeyOf(string vendor) => Keys.GetValueOrDefault(vendor, vendor);
}
