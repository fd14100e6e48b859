using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Sorts what this library does not know: fields of the body, and entries of its <c>options</c>, where all else belongs.</summary>
internal sealed class OllamaFields
{
    // Source: ollama/ollama, api/types.go, ChatRequest.
    private static readonly string[] OfBody = ["format", "keep_alive", "logprobs", "shift", "think", "top_logprobs", "truncate"];

    // Written by this library alone.
    private static readonly string[] Own = ["messages", "model", "options", "stream", "tools"];

    private readonly Dictionary<string, object?> _body = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object?> _options = new(StringComparer.Ordinal);

    private OllamaFields()
    {
    }

    /// <summary>Fields of the body.</summary>
    public IReadOnlyDictionary<string, object?> Body => _body;

    /// <summary>Entries of the options.</summary>
    public IReadOnlyDictionary<string, object?> Options => _options;

    /// <summary>What the request says, then what the settings say; null for nothing.</summary>
    public static OllamaFields? Of(AdditionalPropertiesDictionary? properties, KeyValuePair<string, JsonElement>[] extra)
    {
        if (extra.Length == 0 && !ExtraFields.Any(properties))
            return null;
        var fields = new OllamaFields();
        foreach (var (name, value) in ExtraFields.Of(properties))
        {
            if (name == "options" && Members(value) is { } members)
                fields.Add(members);
            else if (Array.IndexOf(Own, name) < 0)
                (Array.IndexOf(OfBody, name) >= 0 ? fields._body : fields._options).TryAdd(name, value);
        }

        foreach (var (name, value) in extra)
        {
            if (name == "options" && value.ValueKind == JsonValueKind.Object)
                fields.Add(value.EnumerateObject().Select(m => KeyValuePair.Create<string, object?>(m.Name, m.Value)));
            else if (Array.IndexOf(Own, name) < 0)
                fields._body.TryAdd(name, value);
        }

        return fields;
    }

    /// <summary>Writes the fields of the body that are not written yet.</summary>
    public void WriteBody(Utf8JsonWriter json, Func<string, bool> isWritten)
    {
        foreach (var (name, value) in _body)
        {
            if (isWritten(name))
                continue;
            json.WritePropertyName(name);
            ExtraFields.WriteValue(json, name, value);
        }
    }

    private void Add(IEnumerable<KeyValuePair<string, object?>> members)
    {
        foreach (var (name, value) in members)
            _options.TryAdd(name, value);
    }

    private static IEnumerable<KeyValuePair<string, object?>>? Members(object? value) => value switch
    {
        IEnumerable<KeyValuePair<string, object?>> pairs => pairs,
        JsonElement { ValueKind: JsonValueKind.Object } json =>
            json.EnumerateObject().Select(m => KeyValuePair.Create<string, object?>(m.Name, m.Value)),
        System.Text.Json.Nodes.JsonObject json => json.Select(m => KeyValuePair.Create<string, object?>(m.Key, m.Value)),
        _ => null,
    };
}
