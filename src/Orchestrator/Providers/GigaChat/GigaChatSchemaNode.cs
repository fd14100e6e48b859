using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>One schema whose references and unions are resolved: what it says by itself, in the words that GigaChat knows.</summary>
internal sealed class GigaChatSchemaNode
{
    /// <summary>The type; null while it is not told.</summary>
    public string? Type { get; set; }

    /// <summary>The texts of an enumeration; null for none.</summary>
    public List<string>? Texts { get; set; }

    /// <summary>The values of an enumeration of numbers or truth values, as JSON; null for none.</summary>
    public List<string>? Values { get; set; }

    /// <summary>Whether null is among the values. GigaChat has no word for it.</summary>
    public bool TakesNull { get; set; }

    public Dictionary<string, JsonElement> Properties { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    /// <summary>All other keywords.</summary>
    public Dictionary<string, JsonElement> Words { get; } = new(StringComparer.Ordinal);

    /// <summary>The references that led here. One of them further down is a recursion.</summary>
    public HashSet<string> References { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it describes values, rather than constraining those that another part describes.</summary>
    public bool Describes => KnownType is not null || Texts is not null || Values is not null;

    /// <summary>The type, also where only the other keywords tell it.</summary>
    public string? KnownType =>
        Type
        ?? (Properties.Count > 0 || Has("additionalProperties", "patternProperties", "minProperties", "maxProperties") ? "object"
            : Has("items", "prefixItems", "minItems", "maxItems", "uniqueItems") ? "array"
            : Texts is not null || Has("minLength", "maxLength", "pattern", "format") ? "string"
            : Has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf") ? "number"
            : null);

    /// <summary>Adds what another schema says of the same value. What is said here already stands.</summary>
    /// <returns>Whether the two can both be true, as far as their types and properties tell.</returns>
    public bool TryAdd(GigaChatSchemaNode other)
    {
        var (own, added) = (KnownType, other.KnownType);
        var agrees = own is null || added is null || own == added;
        if (agrees)
            Type ??= added;
        Texts ??= other.Texts;
        Values ??= other.Values;
        TakesNull |= other.TakesNull;
        foreach (var (name, schema) in other.Properties)
            agrees &= Properties.TryAdd(name, schema) || Properties[name].GetRawText() == schema.GetRawText();
        Required.UnionWith(other.Required);
        References.UnionWith(other.References);
        foreach (var (word, value) in other.Words)
            Words.TryAdd(word, value);
        return agrees;
    }

    public bool TryGet(string word, out JsonElement value) => Words.TryGetValue(word, out value);

    private bool Has(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Words.ContainsKey(word))
                return true;
        }

        return false;
    }
}
