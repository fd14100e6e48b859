using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>The models that a server lists, in any of three shapes: <c>{"data":[{"id"}]}</c>, <c>{"models":[{"name"}]}</c>, or a bare
/// array.</summary>
internal sealed class ListedModels
{
    private const int Shown = 8;

    // As in container registries: a name without a tag means this one.
    private const string DefaultTag = ":latest";

    private readonly List<string> _names = [];
    private readonly HashSet<string> _owners = new(StringComparer.Ordinal);

    private ListedModels()
    {
    }

    public bool IsEmpty => _names.Count == 0;

    /// <summary>The only model of the list, if there is one and the list names this owner (<c>owned_by</c>); else null.</summary>
    public string? OnlyOf(string owner) => _owners.Contains(owner) && _names is [var only] ? only : null;

    public static ListedModels Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, JsonRead.Options);
        var list = new ListedModels();
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            list.ReadItems(ref reader);
        }
        else if (!list.ReadObject(ref reader))
        {
            throw new JsonException("A list of models was expected.");
        }

        while (reader.Read())
        {
        }

        return list;
    }

    /// <summary>Whether the list has a model: by its name, by its name with the default tag, or without the variant at its end.</summary>
    public bool Holds(string model) =>
        Has(model) || Has(model + DefaultTag) || (model.LastIndexOf(':') is > 0 and var colon && Has(model[..colon]));

    /// <summary>Some of the names, the most similar to the missing one first.</summary>
    public string Some(string model)
    {
        var some = _names.OrderByDescending(name => Alike(name, model)).Take(Shown);
        return string.Join(", ", some) + (_names.Count > Shown ? $" and {_names.Count - Shown} more" : "");
    }

    private bool Has(string model) => _names.Contains(model, StringComparer.OrdinalIgnoreCase);

    /// <summary>How many pairs of neighbouring letters of the model's name are also in the listed name.</summary>
    private static int Alike(string name, string model)
    {
        var count = 0;
        for (var i = 0; i + 2 <= model.Length; i++)
            count += name.AsSpan().Contains(model.AsSpan(i, 2), StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        return count;
    }

    private bool ReadObject(ref Utf8JsonReader reader)
    {
        var found = false;
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            var isList = field.SequenceEqual("data"u8) || field.SequenceEqual("models"u8);
            reader.Read();
            // Servers in Go write null for an empty list.
            found |= isList && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.Null;
            if (isList && reader.TokenType == JsonTokenType.StartArray)
                ReadItems(ref reader);
            else
                reader.Skip();
        }

        return found;
    }

    private void ReadItems(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (JsonRead.TryEnterObject(ref reader))
                ReadItem(ref reader);
        }
    }

    private void ReadItem(ref Utf8JsonReader reader)
    {
        string? id = null, name = null, owner = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("id"u8))
                id = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("name"u8))
                name = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("owned_by"u8))
                owner = JsonRead.NextText(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        if (owner is not null)
            _owners.Add(owner);

        // Some servers list the same model in both shapes.
        if (ServerError.Excerpt(id ?? name) is { Length: > 0 } listed && !_names.Contains(listed))
            _names.Add(listed);
    }
}
