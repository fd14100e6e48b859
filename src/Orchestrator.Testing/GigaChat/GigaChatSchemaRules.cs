using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>What GigaChat refuses in the schema of a function or of an answer, by what the vendor's own clients rewrite before they send.
/// Says what is wrong, or null.</summary>
internal static class GigaChatSchemaRules
{
    private static readonly string[] Unknown =
    [
        "anyOf", "oneOf", "allOf", "not", "if", "$ref", "$schema", "$defs", "$id", "definitions", "const", "prefixItems",
        "patternProperties",
    ];

    public static string? Check(JsonElement schema, string where)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return $"{where} must be an object";
        if (Array.Find(Unknown, word => schema.TryGetProperty(word, out _)) is { } unknown)
            return $"{where} has {unknown}, which is not supported";
        if (schema.StringProperty("type") is not { } type)
            return $"{where}.type must be a string";
        if (type is not ("object" or "array" or "string" or "integer" or "number" or "boolean"))
            return $"{where}.type {type} is not supported";
        if (schema.TryGetProperty("format", out var format) && format.ToString() is not ("date" or "date-time" or "time"))
            return $"{where}.format is not supported";
        if (schema.TryGetProperty("enum", out var values)
            && (values.ValueKind != JsonValueKind.Array || values.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String)))
        {
            return $"{where}.enum must be a list of strings";
        }

        return type switch
        {
            "object" => CheckObject(schema, where),
            "array" => schema.TryGetProperty("items", out var items) ? Check(items, $"{where}.items") : $"{where}.items is required",
            _ => null,
        };
    }

    private static string? CheckObject(JsonElement schema, string where)
    {
        if (schema.Property("properties") is not { ValueKind: JsonValueKind.Object } properties)
            return $"{where}.properties is required";
        foreach (var property in properties.EnumerateObject())
        {
            if (Check(property.Value, $"{where}.{property.Name}") is { } wrong)
                return wrong;
        }

        return schema.Property("additionalProperties") is { ValueKind: JsonValueKind.Object } others
            ? Check(others, $"{where}.additionalProperties")
            : null;
    }
}
