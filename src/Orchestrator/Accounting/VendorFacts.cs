using System.Collections.Frozen;

namespace Orchestrator;

/// <summary>What is known of a vendor beside its API: prices, other names of its models, how it counts tokens. Read from the embedded
/// file <c>{vendor}.vendor.json</c>, so that a price is changed without touching code. Immutable.</summary>
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

    /// <summary>Which names mean the same model.</summary>
    public ModelNameRules Names { get; init; } = ModelNameRules.None;

    /// <summary>How the vendor's own models cut text; null when their names do not tell.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Parts of model names, and the family of the models that have them.</summary>
    public IReadOnlyList<(string Part, ModelFamily Family)> Models { get; init; } = [];

    /// <summary>Names of the vendor's own headers, which a message may show.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Whether thoughts of earlier answers are sent again.</summary>
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

    /// <summary>The key of a vendor in the built-in tables; the same object when it has no other.</summary>
    public static string KeyOf(string vendor) => Keys.GetValueOrDefault(vendor, vendor);
}
