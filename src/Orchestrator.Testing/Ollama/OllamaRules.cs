using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>What Ollama refuses in a request for a chat, in its order and its words.</summary>
internal static class OllamaRules
{
    public static VendorError? CheckBody(CapturedRequest request, string type)
    {
        if (request.Body.IsEmpty)
            return OllamaError.Of(400, "missing request body");
        if (request.Json is not { } body)
            return OllamaError.Of(400, WhyNoJson(request.Text));
        if (body.ValueKind != JsonValueKind.Object)
            return OllamaError.Of(400, $"json: cannot unmarshal {KindOf(body)} into Go value of type api.{type}");
        return Mistyped(body, type, "model", JsonValueKind.String, "string")
            ?? Mistyped(body, type, "messages", JsonValueKind.Array, "[]api.Message")
            ?? Mistyped(body, type, "options", JsonValueKind.Object, "map[string]interface {}")
            ?? (body.Property("stream") is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } stream
                ? OllamaError.Of(400, $"json: cannot unmarshal {KindOf(stream)} into Go struct field {type}.stream of type bool")
                : null);
    }

    public static VendorError? CheckChat(JsonElement body, FakeOllamaModel? model, int promptTokens)
    {
        var name = body.StringProperty("model");
        if (body.Property("top_logprobs") is { ValueKind: JsonValueKind.Number } top && top.GetDouble() is < 0 or > 20)
            return OllamaError.Of(400, "top_logprobs must be between 0 and 20");
        if (string.IsNullOrEmpty(name))
            return OllamaError.Of(400, "model is required");
        if (model is null)
            return OllamaError.NotFound(name);
        if (ThinkAsked(body) == true && !model.Capabilities.Contains("thinking"))
            return OllamaError.Of(400, $"\"{name}\" does not support thinking");
        if (!model.Capabilities.Contains("completion"))
            return OllamaError.Of(400, $"\"{name}\" does not support chat");
        if (body.Property("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0
            && !model.Capabilities.Contains("tools"))
        {
            return OllamaError.Of(400, $"registry.ollama.ai/library/{model.FullName} does not support tools");
        }

        return body.BooleanProperty("truncate") == false && promptTokens > ContextOf(body, model)
            ? OllamaError.Of(400, OllamaError.TooLong)
            : null;
    }

    /// <summary>The window that holds for a request: what it asks for, else 4,096, never more than the model has.</summary>
    public static int ContextOf(JsonElement body, FakeOllamaModel model) => Math.Min(
        body.Property("options")?.Property("num_ctx") is { ValueKind: JsonValueKind.Number } asked
            && asked.TryGetInt32(out var length) && length > 0
            ? length
            : 4096,
        model.ContextLength);

    /// <summary>Whether thinking is asked for; null when nothing is said.</summary>
    public static bool? ThinkAsked(JsonElement body) => body.Property("think") switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } level => level.GetString() is not ("" or "none" or "false"),
        _ => null,
    };

    /// <summary>Whether the model is to be unloaded at once.</summary>
    public static bool IsUnload(JsonElement body) => body.Property("keep_alive") switch
    {
        { ValueKind: JsonValueKind.Number } seconds => seconds.GetDouble() == 0,
        { ValueKind: JsonValueKind.String } text => text.GetString() is "0" or "0s" or "0m" or "0h",
        _ => false,
    };

    private static VendorError? Mistyped(JsonElement body, string type, string name, JsonValueKind kind, string goType) =>
        body.Property(name) is { } value && value.ValueKind != kind
            ? OllamaError.Of(400, $"json: cannot unmarshal {KindOf(value)} into Go struct field {type}.{name} of type {goType}")
            : null;

    private static string WhyNoJson(string text)
    {
        var first = text.TrimStart().FirstOrDefault();
        return first is '{' or '[' or '"' or '\0' ? "unexpected EOF" : $"invalid character '{first}' looking for beginning of value";
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "bool",
    };
}
