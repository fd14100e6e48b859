using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>The values that a schema takes: one type, enumerations of texts, and no null.</summary>
internal static class GigaChatSchemaValues
{
    /// <summary>The type of a schema that takes null alone.</summary>
    public const string Null = "null";

    private static readonly HashSet<string> Types = ["object", "array", "string", "integer", "number", "boolean"];

    public static void ReadType(GigaChatSchemaNode node, JsonElement schema, GigaChatSchemaErrors errors)
    {
        node.TakesNull |= schema.TryGetProperty("nullable"u8, out var nullable) && nullable.ValueKind == JsonValueKind.True;
        if (!schema.TryGetProperty("type"u8, out var type))
            return;
        List<string> names = type.ValueKind == JsonValueKind.Array
            ? [.. type.EnumerateArray().Select(NameOf).Distinct(StringComparer.Ordinal)]
            : [NameOf(type)];
        node.TakesNull |= names.Remove(Null);
        if (names.Exists(n => !Types.Contains(n)))
            throw errors.Refused("has a type that is none of JSON schema's");
        if (names.Count > 1 && names.Remove("integer") && !names.Contains("number"))
            names.Add("integer");
        // .NET's way to say that a number may be written as text, too.
        if (names.Count == 2 && names.Contains("string") && names.Exists(IsNumber) && node.Words.Remove("pattern"))
            names.Remove("string");
        node.Type = names.Count switch
        {
            0 => Null,
            1 => names[0],
            _ => throw errors.Refused($"has a part with {names.Count} types"),
        };
    }

    public static void ReadValues(GigaChatSchemaNode node, JsonElement schema, GigaChatSchemaErrors errors)
    {
        JsonElement[] values;
        if (schema.TryGetProperty("enum"u8, out var listed) && listed.ValueKind == JsonValueKind.Array)
            values = [.. listed.EnumerateArray()];
        else if (schema.TryGetProperty("const"u8, out var only))
            values = [only];
        else
            return;
        node.TakesNull |= Array.Exists(values, v => v.ValueKind == JsonValueKind.Null);
        values = Array.FindAll(values, v => v.ValueKind != JsonValueKind.Null);
        if (values.Length == 0)
        {
            node.Type = Null;
        }
        else if (Array.TrueForAll(values, v => v.ValueKind == JsonValueKind.String) && node.Type is null or "string")
        {
            node.Type = "string";
            node.Texts = [.. values.Select(v => v.GetString()!).Distinct(StringComparer.Ordinal)];
        }
        else if (TypeOf(values) is { } type && (node.Type is null || node.Type == type || (node.Type == "number" && type == "integer")))
        {
            node.Type ??= type;
            node.Values = [.. values.Select(v => v.GetRawText()).Distinct(StringComparer.Ordinal)];
        }
        else
        {
            throw errors.Refused("has an enumeration of values of several types, or of another type than its own");
        }
    }

    /// <summary>One schema that takes what any of these takes.</summary>
    /// <exception cref="LlmException">GigaChat has none.</exception>
    public static GigaChatSchemaNode Union(List<GigaChatSchemaNode> nodes, GigaChatSchemaErrors errors)
    {
        var types = nodes.Select(n => n.KnownType).Distinct().ToList();
        if (types.Count == 2 && types.TrueForAll(IsNumber))
            types = ["number"];
        if (types is not [("string" or "integer" or "number" or "boolean") and { } type])
            throw errors.Refused("has an anyOf or oneOf of several objects, lists or types");
        var union = new GigaChatSchemaNode { Type = type };
        if (nodes.TrueForAll(n => n.Texts is not null))
            union.Texts = [.. nodes.SelectMany(n => n.Texts!).Distinct(StringComparer.Ordinal)];
        if (nodes.TrueForAll(n => n.Values is not null))
            union.Values = [.. nodes.SelectMany(n => n.Values!).Distinct(StringComparer.Ordinal)];
        return union;
    }

    private static bool IsNumber(string? type) => type is "integer" or "number";

    private static string? TypeOf(JsonElement[] values) =>
        Array.TrueForAll(values, v => v.ValueKind is JsonValueKind.True or JsonValueKind.False) ? "boolean"
        : !Array.TrueForAll(values, v => v.ValueKind == JsonValueKind.Number) ? null
        : Array.TrueForAll(values, v => v.TryGetInt64(out _)) ? "integer"
        : "number";

    private static string NameOf(JsonElement type) => type.ValueKind == JsonValueKind.String ? type.GetString()! : "";
}
