using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Testing;

/// <summary>
/// What a request may hold, field by field: a strict reading of the published field tables. Unknown fields, wrong types and wrong words are
/// refused. Says what is wrong, or null.
/// </summary>
internal static partial class YandexGptRules
{
    public const string BadUri = "Failed to parse model URI";
    public const string EmptyText = "empty message text";

    public static string? CheckCompletion(JsonElement body) =>
        Only(
            body, "the request",
            "modelUri", "completionOptions", "messages", "tools", "toolChoice", "parallelToolCalls", "jsonObject", "jsonSchema")
        ?? CheckUri(body)
        ?? CheckOptions(body)
        ?? CheckMessages(body)
        ?? YandexGptToolRules.Check(body)
        ?? CheckFormat(body);

    public static string? CheckTokenize(JsonElement body) =>
        Only(body, "the request", "modelUri", "text")
        ?? CheckUri(body)
        ?? (body.StringProperty("text") is { Length: > 0 } ? null : "text: a value is required");

    public static string? CheckUri(JsonElement body) => Uri().IsMatch(body.StringProperty("modelUri") ?? "") ? null : BadUri;

    /// <summary>The folder in the model's URI; null when the URI has none.</summary>
    public static string? FolderOf(JsonElement body) =>
        Uri().Match(body.StringProperty("modelUri") ?? "") is { Success: true } match && match.Groups["folder"].Success
            ? match.Groups["folder"].Value
            : null;

    /// <summary>The model's name in its URI, without version and suffix.</summary>
    public static string ModelOf(JsonElement body) =>
        Uri().Match(body.StringProperty("modelUri") ?? "") is { Success: true } match ? match.Groups["model"].Value : "";

    /// <summary>The first field that is none of these.</summary>
    internal static string? Only(JsonElement value, string what, params ReadOnlySpan<string> fields)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return $"{what} must be an object";
        foreach (var property in value.EnumerateObject())
        {
            if (!fields.Contains(property.Name))
                return $"{what} has an unknown field \"{property.Name}\"";
        }

        return null;
    }

    internal static string? Flag(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)
            ? $"{name} must be true or false"
            : null;

    private static string? CheckOptions(JsonElement body)
    {
        if (!body.TryGetProperty("completionOptions", out var options))
            return null;
        var wrong = Only(options, "completionOptions", "stream", "temperature", "maxTokens", "reasoningOptions") ?? Flag(options, "stream");
        if (wrong is not null)
            return wrong;
        if (options.TryGetProperty("temperature", out var heat)
            && (heat.ValueKind != JsonValueKind.Number || heat.GetDouble() is < 0 or > 1))
        {
            return "temperature must be a number between 0 and 1";
        }

        if (options.TryGetProperty("maxTokens", out var limit) && !(Whole(limit) > 0))
            return "maxTokens must be a whole number greater than zero";
        if (!options.TryGetProperty("reasoningOptions", out var reasoning))
            return null;
        return Only(reasoning, "reasoningOptions", "mode")
            ?? (reasoning.StringProperty("mode") is "DISABLED" or "ENABLED_HIDDEN" ? null : "reasoningOptions.mode has an unknown value");
    }

    private static long? Whole(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(
            value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private static string? CheckMessages(JsonElement body)
    {
        if (body.Property("messages") is not { ValueKind: JsonValueKind.Array } messages || messages.GetArrayLength() == 0)
            return "messages: at least one is required";
        return messages.EnumerateArray().Select(CheckMessage).FirstOrDefault(wrong => wrong is not null);
    }

    private static string? CheckMessage(JsonElement message)
    {
        if (Only(message, "a message", "role", "text", "toolCallList", "toolResultList") is { } wrong)
            return wrong;
        if (message.StringProperty("role") is not ("system" or "user" or "assistant"))
            return "a message's role must be system, user or assistant";
        var parts = message.EnumerateObject().Count(p => p.Name != "role");
        if (parts > 1)
            return "a message has more than one of text, toolCallList and toolResultList";
        if (message.Property("toolCallList") is { } calls)
            return YandexGptToolRules.CheckCalls(calls);
        if (message.Property("toolResultList") is { } results)
            return YandexGptToolRules.CheckResults(results);
        return string.IsNullOrWhiteSpace(message.StringProperty("text")) ? EmptyText : null;
    }

    private static string? CheckFormat(JsonElement body)
    {
        if (Flag(body, "jsonObject") is { } wrong)
            return wrong;
        if (!body.TryGetProperty("jsonSchema", out var schema))
            return null;
        if (body.TryGetProperty("jsonObject", out _))
            return "only one of jsonObject and jsonSchema may be set";
        return Only(schema, "jsonSchema", "schema")
            ?? (schema.Property("schema") is { ValueKind: JsonValueKind.Object } ? null : "jsonSchema.schema must be an object");
    }

    [GeneratedRegex(
        "^(?:gpt://(?<folder>[A-Za-z0-9_-]+)/(?<model>[A-Za-z0-9_.-]+)(?:/(?:latest|rc|deprecated))?(?:@[A-Za-z0-9_-]+)?"
        + "|ds://(?<model>[A-Za-z0-9_./-]+))$")]
    private static partial Regex Uri();
}
