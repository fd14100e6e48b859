using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>
/// Writes a JSON schema in the words that GigaChat takes: one type in every part, <c>properties</c> in every object, enumerations of texts,
/// the formats date, date-time and time, no references and no unions.
/// </summary>
/// <remarks>Source of the rules: the vendor's own clients, ai-forever/gpt2giga and ai-forever/langchain-gigachat, which rewrite schemas so
/// because the API answers 422 to others.</remarks>
internal sealed class GigaChatSchema
{
    private const int Deepest = 64;
    private const int LongestNote = 500;

    private static readonly string[] Kept =
    [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems",
        "maxItems", "uniqueItems", "default",
    ];

    private readonly Utf8JsonWriter _json;
    private readonly GigaChatSchemaErrors _errors;
    private readonly GigaChatSchemaReader _reader;
    private int _depth;

    private GigaChatSchema(Utf8JsonWriter json, JsonElement schema, string owner)
    {
        _json = json;
        _errors = new GigaChatSchemaErrors(owner);
        _reader = new GigaChatSchemaReader(schema, _errors);
    }

    /// <summary>Writes the parameters of a function.</summary>
    /// <remarks>A parameter that is required stays so also when it may be null: .NET refuses a call without it.</remarks>
    /// <exception cref="LlmException">GigaChat cannot be told them (<see cref="LlmErrorKind.NotSupported"/>).</exception>
    public static void WriteParameters(Utf8JsonWriter json, JsonElement schema, string owner)
    {
        // What is not there is said to take nothing, as for functions without parameters.
        if (schema.ValueKind == JsonValueKind.Undefined)
            throw GigaChatSchemaErrors.Wrong(owner, "is missing");
        var writer = new GigaChatSchema(json, schema, owner);
        var node = writer._reader.Read(schema);
        if (node.KnownType is not (null or "object"))
            throw writer._errors.Refused("is no object at its top");
        writer.Write(node, "object", requiresNulls: true);
    }

    /// <summary>Writes the schema of an answer.</summary>
    /// <inheritdoc cref="WriteParameters" path="/exception"/>
    public static void WriteAnswer(Utf8JsonWriter json, JsonElement schema, string owner)
    {
        var writer = new GigaChatSchema(json, schema, owner);
        writer.Write(writer._reader.Read(schema), "object", requiresNulls: false);
    }

    private void Write(GigaChatSchemaNode node, string fallback, bool requiresNulls)
    {
        if (++_depth > Deepest)
            throw _errors.Refused($"is more than {Deepest} levels deep");
        var type = node.KnownType ?? fallback;
        if (type == GigaChatSchemaValues.Null)
            throw _errors.Refused("has a part that takes null alone");
        var entered = _reader.Enter(node.References);
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        if (Description(node) is { Length: > 0 } said)
            _json.WriteString("description"u8, said);
        WriteValues(node, type);
        if (type == "object")
            WriteObject(node, requiresNulls);
        else if (type == "array")
            WriteItems(node);
        _json.WriteEndObject();
        _reader.Leave(entered);
        _depth--;
    }

    private void WriteValues(GigaChatSchemaNode node, string type)
    {
        if (type == "string" && node.Texts is { } texts)
        {
            _json.WriteStartArray("enum"u8);
            foreach (var text in texts)
                _json.WriteStringValue(text);
            _json.WriteEndArray();
        }

        if (type == "string" && node.TryGet("format", out var format) && format.ValueKind == JsonValueKind.String
            && format.GetString() is "date" or "date-time" or "time")
        {
            _json.WriteString("format"u8, format.GetString());
        }

        foreach (var word in Kept)
        {
            if (!node.TryGet(word, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            _json.WritePropertyName(word);
            value.WriteTo(_json);
        }
    }

    private void WriteObject(GigaChatSchemaNode node, bool requiresNulls)
    {
        var required = new List<string>();
        _json.WriteStartObject("properties"u8);
        foreach (var (name, schema) in node.Properties)
        {
            var property = _reader.Read(schema);
            if (node.Required.Contains(name) && (requiresNulls || !property.TakesNull))
                required.Add(name);
            _json.WritePropertyName(name);
            Write(property, "object", requiresNulls: false);
        }

        _json.WriteEndObject();
        if (required.Count > 0)
        {
            _json.WriteStartArray("required"u8);
            foreach (var name in required)
                _json.WriteStringValue(name);
            _json.WriteEndArray();
        }

        if (!node.TryGet("additionalProperties", out var others))
            return;
        _json.WritePropertyName("additionalProperties"u8);
        if (others.ValueKind != JsonValueKind.Object)
            _json.WriteBooleanValue(others.ValueKind != JsonValueKind.False);
        else if (_reader.Read(others) is { } other && (other.Describes || other.TakesNull))
            Write(other, "string", requiresNulls: false);
        else
            _json.WriteBooleanValue(true);
    }

    private void WriteItems(GigaChatSchemaNode node)
    {
        // A list with a schema for each place has no words here; one schema for all places takes what it takes.
        List<JsonElement> places =
            node.TryGet("prefixItems", out var prefix) && prefix.ValueKind == JsonValueKind.Array ? [.. prefix.EnumerateArray()] : [];
        if (node.TryGet("items", out var items) && items.ValueKind == JsonValueKind.Array)
            places.AddRange(items.EnumerateArray());
        else if (items.ValueKind is JsonValueKind.Object or JsonValueKind.True)
            places.Add(items);
        _json.WritePropertyName("items"u8);
        Write(_reader.ReadUnion(places) ?? new GigaChatSchemaNode(), "string", requiresNulls: false);
    }

    private static string Description(GigaChatSchemaNode node)
    {
        var said = node.TryGet("description", out var description) && description.ValueKind == JsonValueKind.String
            ? description.GetString()!
            : "";
        if (node.Values is not { } values)
            return said;
        var note = $"One of: {string.Join(", ", values)}.";
        return note.Length > LongestNote ? said : said.Length == 0 ? note : $"{said} {note}";
    }
}
