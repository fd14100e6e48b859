using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads one schema at a time into the words that GigaChat knows: references are followed, <c>allOf</c> is joined, <c>anyOf</c>
/// and <c>oneOf</c> become one schema where one takes all that they take.</summary>
/// <remarks>What is read may take more than the schema takes, and never less, null aside. What cannot be said so is refused.</remarks>
internal sealed class GigaChatSchemaReader(JsonElement root, GigaChatSchemaErrors errors)
{
    // Following references multiplies: ten definitions that use each other twice are a thousand schemas.
    private const int MostSchemas = 4_096;
    private const int MostOpen = 64;

    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _read;

    /// <summary>Reads a schema.</summary>
    /// <exception cref="LlmException">GigaChat has no words for it.</exception>
    public GigaChatSchemaNode Read(JsonElement schema)
    {
        if (++_read > MostSchemas)
            throw errors.Refused($"has more than {MostSchemas:N0} parts once its references are written out");
        var node = new GigaChatSchemaNode();
        if (schema.ValueKind == JsonValueKind.True)
            return node;
        if (schema.ValueKind == JsonValueKind.False)
            throw errors.Refused("has a part that takes no value (false)");
        if (schema.ValueKind != JsonValueKind.Object)
            throw errors.Wrong("has a part that is no schema");
        JsonElement? reference = null;
        foreach (var word in schema.EnumerateObject())
        {
            if (word.NameEquals("$ref"u8))
                reference = word.Value;
            else if (word.NameEquals("$dynamicRef"u8) || word.NameEquals("$recursiveRef"u8))
                throw errors.Refused($"has {word.Name}");
            else
                Take(node, word);
        }

        GigaChatSchemaValues.ReadType(node, schema, errors);
        GigaChatSchemaValues.ReadValues(node, schema, errors);
        if (reference is { } target)
            Follow(node, target);
        ReadAll(node, schema);
        ReadAny(node, schema, "anyOf"u8);
        ReadAny(node, schema, "oneOf"u8);
        return node;
    }

    /// <summary>Reads several schemas as one that takes what any of them takes.</summary>
    /// <returns>Null for none.</returns>
    /// <exception cref="LlmException">There is no such schema.</exception>
    public GigaChatSchemaNode? ReadUnion(IEnumerable<JsonElement> schemas)
    {
        var nodes = schemas.Select(Read).ToList();
        var values = nodes.Where(n => n.Type != GigaChatSchemaValues.Null).ToList();
        if (values.Count == 0)
            return nodes.FirstOrDefault();
        var union = values.Count == 1 ? values[0] : GigaChatSchemaValues.Union(values, errors);
        union.TakesNull |= nodes.Exists(n => n.TakesNull);
        return union;
    }

    /// <summary>Marks references as being written out.</summary>
    /// <returns>Those that were not marked before; to be given to <see cref="Leave"/>.</returns>
    public List<string> Enter(HashSet<string> references) => [.. references.Where(_open.Add)];

    public void Leave(List<string> references) => _open.ExceptWith(references);

    private static void Take(GigaChatSchemaNode node, JsonProperty word)
    {
        if (word.NameEquals("properties"u8) && word.Value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in word.Value.EnumerateObject())
                node.Properties[property.Name] = property.Value;
        }
        else if (word.NameEquals("required"u8) && word.Value.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in word.Value.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String)
                    node.Required.Add(name.GetString()!);
            }
        }
        else
        {
            node.Words[word.Name] = word.Value;
        }
    }

    /// <summary>Adds what a reference points to. Keywords beside the reference stand.</summary>
    private void Follow(GigaChatSchemaNode node, JsonElement reference)
    {
        var pointer = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : "";
        if (JsonPointers.Find(root, pointer) is not { } target)
            throw errors.Refused("has a $ref that leads outside of it, or nowhere");
        if (!_open.Add(pointer))
            throw errors.Refused("contains itself");
        if (_open.Count > MostOpen)
            throw errors.Refused($"has more than {MostOpen} references inside one another");
        GigaChatSchemaNode read;
        try
        {
            read = Read(target);
        }
        finally
        {
            _open.Remove(pointer);
        }

        read.References.Add(pointer);
        if (!node.TryAdd(read))
            throw errors.Refused("has a $ref beside keywords that contradict it");
    }

    private void ReadAll(GigaChatSchemaNode node, JsonElement schema)
    {
        if (!schema.TryGetProperty("allOf"u8, out var members) || members.ValueKind != JsonValueKind.Array)
            return;
        foreach (var member in members.EnumerateArray())
        {
            if (!node.TryAdd(Read(member)))
                throw errors.Refused("has an allOf of parts that differ");
        }
    }

    private void ReadAny(GigaChatSchemaNode node, JsonElement schema, ReadOnlySpan<byte> word)
    {
        if (!schema.TryGetProperty(word, out var members) || members.ValueKind != JsonValueKind.Array || members.GetArrayLength() == 0)
            return;
        var nodes = members.EnumerateArray().Select(Read).ToList();
        node.TakesNull |= nodes.Exists(n => n.TakesNull);
        // Parts that only constrain, such as one of two sets of required properties, may be left out.
        if (node.KnownType is not null && nodes.TrueForAll(n => !n.Describes))
            return;
        var values = nodes.Where(n => n.Type != GigaChatSchemaValues.Null).ToList();
        if (values.Count == 0)
            node.Type ??= GigaChatSchemaValues.Null;
        else if (!node.TryAdd(values.Count == 1 ? values[0] : GigaChatSchemaValues.Union(values, errors)))
            throw errors.Refused("has an anyOf or oneOf beside keywords that contradict it");
    }
}
