using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Writes the schema of a function's parameters. Strict servers refuse <c>{}</c> and a bare <c>{"type":"object"}</c>, which
/// functions without parameters have: both are written with empty <c>properties</c>.</summary>
internal static class ToolSchema
{
    public static void Write(Utf8JsonWriter json, JsonElement schema)
    {
        switch (schema.ValueKind)
        {
            // A schema may be a truth value, and a server that lists tools may leave it null.
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                json.WriteStartObject();
                WriteEmpty(json, hasType: false, hasProperties: false);
                json.WriteEndObject();
                break;
            case JsonValueKind.Object when IsIncomplete(schema, out var hasType, out var hasProperties):
                json.WriteStartObject();
                foreach (var member in schema.EnumerateObject())
                {
                    if (member.Value.ValueKind != JsonValueKind.Null || !(member.NameEquals("type"u8) || member.NameEquals("properties"u8)))
                        member.WriteTo(json);
                }

                WriteEmpty(json, hasType, hasProperties);
                json.WriteEndObject();
                break;
            default:
                schema.WriteTo(json);
                break;
        }
    }

    private static bool IsIncomplete(JsonElement schema, out bool hasType, out bool hasProperties)
    {
        hasType = schema.TryGetProperty("type"u8, out var type) && type.ValueKind != JsonValueKind.Null;
        hasProperties = schema.TryGetProperty("properties"u8, out var properties) && properties.ValueKind != JsonValueKind.Null;
        return !(hasType && hasProperties) && (!hasType || type.ValueKind != JsonValueKind.String || type.ValueEquals("object"u8));
    }

    private static void WriteEmpty(Utf8JsonWriter json, bool hasType, bool hasProperties)
    {
        if (!hasType)
            json.WriteString("type"u8, "object"u8);
        if (hasProperties)
            return;
        json.WriteStartObject("properties"u8);
        json.WriteEndObject();
    }
}
