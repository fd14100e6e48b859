using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>The models a server lists, by the shapes there are: <c>{"data":[{"id"}]}</c>, <c>{"models":[{"name"}]}</c>, or a bare
/// array.</summary>
internal sealed class ListedModels
{
    private const int Shown = 8;
    private const string Tag = ":latest";

    private readonly List<string> _names = [];

    private ListedModels()
    {
    }

    public bool IsEmpty => _names.Count == 0;

    /// <summary>The only model of a llama.cpp server, which serves it by whatever name it is asked for; null for anything else.</summary>
    public string? Only => IsOfLlamaCpp && _names is [var only] ? only : null;

    private bool IsOfLlamaCpp { get; set; }

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

    /// <summary>Whether a model is there: by its name, with the tag a name without one means, or without a variant at its end.</summary>
    public bool Holds(string model) =>
        Has(model) || Has(model + Tag) || (model.LastIndexOf(':') is > 0 and var colon && Has(model[..colon]));

    /// <summary>Some of the names, those most like the one that was looked for first.</summary>
    public string Some(string model)
    {
        var some = _names.OrderByDescending(name => Alike(name, model)).Take(Shown);
        return string.Join(", ", some) + (_names.Count > Shown ? $" and {_names.Count - Shown} more" : "");
    }

    private bool Has(string model) => _names.Contains(model, StringComparer.OrdinalIgnoreCase);

    /// <summary>How many pairs of neighbouring letters of one are in the other.</summary>
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
            // Servers in Go write null for a list of nothing.
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
        string? id = null, name = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("id"u8))
                id = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("name"u8))
                name = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("owned_by"u8))
                IsOfLlamaCpp |= JsonRead.NextText(ref reader) == "llamacpp";
            else
                JsonRead.SkipNext(ref reader);
        }

        // llama.cpp lists the same model in both shapes.
        if (ServerError.Excerpt(id ?? name) is { Length: > 0 } listed && !_names.Contains(listed))
            _names.Add(listed);
    }
}
