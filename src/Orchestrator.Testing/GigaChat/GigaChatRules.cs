using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>What version 1 of GigaChat refuses in a chat request, and in its strict form what it has no use for.</summary>
internal static class GigaChatRules
{
    private const int MostAttachments = 10;

    private static readonly HashSet<string> Fields =
    [
        "model", "messages", "temperature", "top_p", "max_tokens", "repetition_penalty", "stream", "update_interval", "n",
        "function_call", "functions", "response_format", "reasoning_effort", "profanity_check", "flags", "storage", "function_ranker",
    ];

    private static readonly HashSet<string> MessageFields =
    [
        "role", "content", "name", "functions_state_id", "attachments", "function_call", "reasoning_content", "id", "created",
    ];

    private static readonly HashSet<string> Roles = ["system", "user", "assistant", "function", "search_result", "function_in_progress"];

    public static VendorError? Check(JsonElement? body, IReadOnlyList<FakeGigaChatModel> models, bool strict)
    {
        if (body is not { ValueKind: JsonValueKind.Object } request)
            return GigaChatError.Of(400, "Bad request: the body is not a JSON object");
        if (strict && Unknown(request, Fields) is { } field)
            return GigaChatError.Invalid($"unknown field {field}");
        if (request.StringProperty("model") is not { Length: > 0 } model)
            return GigaChatError.Invalid("model is required");
        if (!models.Any(m => m.Name == model && m.Type == "chat"))
            return GigaChatError.Of(404, "No such model");
        return CheckMessages(request, strict) ?? CheckNumbers(request) ?? CheckFunctions(request) ?? CheckFormat(request);
    }

    private static VendorError? CheckMessages(JsonElement request, bool strict)
    {
        if (request.Property("messages") is not { ValueKind: JsonValueKind.Array } messages || messages.GetArrayLength() == 0)
            return GigaChatError.Invalid("messages must not be empty");
        var (index, files) = (0, 0);
        foreach (var message in messages.EnumerateArray())
        {
            var role = message.StringProperty("role") ?? "";
            if (!Roles.Contains(role))
                return GigaChatError.Invalid($"unknown role in message {index}");
            if (role == "system" && index > 0)
                return GigaChatError.Invalid("system message must be the first message");
            if (strict && Unknown(message, MessageFields) is { } field)
                return GigaChatError.Invalid($"unknown field {field} in message {index}");
            if (message.Property("content") is not { ValueKind: JsonValueKind.String })
                return GigaChatError.Invalid($"content of message {index} must be a string");
            if (role == "function" && !IsObject(message.StringProperty("content")))
                return GigaChatError.Invalid("content of a function message must be a JSON object");
            if (message.Property("function_call") is { } call
                && (call.StringProperty("name") is null || call.Property("arguments") is not { ValueKind: JsonValueKind.Object }))
            {
                return GigaChatError.Invalid("function_call must have a name and an object of arguments");
            }

            if (message.Property("attachments") is { } attached)
            {
                if (attached.ValueKind != JsonValueKind.Array || attached.EnumerateArray().Any(a => a.ValueKind != JsonValueKind.String))
                    return GigaChatError.Invalid("attachments must be a list of file ids");
                files += attached.GetArrayLength();
            }

            index++;
        }

        return files > MostAttachments ? GigaChatError.Invalid($"more than {MostAttachments} attachments") : null;
    }

    private static VendorError? CheckNumbers(JsonElement request) =>
        Number(request, "temperature", 0, double.PositiveInfinity, lowExcluded: true, "(0, +inf)")
        ?? Number(request, "top_p", 0, 1, lowExcluded: false, "[0, 1]")
        ?? Number(request, "repetition_penalty", 0, double.PositiveInfinity, lowExcluded: true, "(0, +inf)")
        ?? Number(request, "max_tokens", 1, int.MaxValue, lowExcluded: false, "[1, +inf)")
        ?? Number(request, "update_interval", 0, double.PositiveInfinity, lowExcluded: false, "[0, +inf)");

    private static VendorError? CheckFunctions(JsonElement request)
    {
        if (request.Property("functions") is not { } functions)
            return null;
        if (functions.ValueKind != JsonValueKind.Array)
            return GigaChatError.Invalid("functions must be a list");
        foreach (var function in functions.EnumerateArray())
        {
            if (function.StringProperty("name") is not { Length: > 0 }
                || function.Property("parameters") is not { ValueKind: JsonValueKind.Object })
            {
                return GigaChatError.Invalid("a function must have a name and parameters");
            }

            if (function.Property("parameters")?.StringProperty("type") is not "object")
                return GigaChatError.Invalid("parameters.type must be object");
            if (GigaChatSchemaRules.Check(function.Property("parameters") ?? default, "parameters") is { } wrong)
                return GigaChatError.Invalid(wrong);
        }

        return request.Property("function_call") is { ValueKind: JsonValueKind.String } mode && mode.GetString() is not ("auto" or "none")
            ? GigaChatError.Invalid("function_call must be auto, none or an object with a name")
            : null;
    }

    private static VendorError? CheckFormat(JsonElement request)
    {
        if (request.Property("response_format") is not { } format)
            return null;
        if (format.StringProperty("type") != "json_schema" || format.Property("schema") is not { ValueKind: JsonValueKind.Object } schema)
            return GigaChatError.Invalid("response_format must have the type json_schema and a schema");
        return GigaChatSchemaRules.Check(schema, "response_format.schema") is { } wrong ? GigaChatError.Invalid(wrong) : null;
    }

    private static VendorError? Number(JsonElement request, string name, double low, double high, bool lowExcluded, string range)
    {
        if (request.Property(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number)
            return GigaChatError.Invalid($"{name} must be a number");
        var number = value.GetDouble();
        return number > high || number < low || (lowExcluded && number <= low)
            ? GigaChatError.Invalid($"{name} must be in range {range}")
            : null;
    }

    private static string? Unknown(JsonElement element, HashSet<string> known) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().Select(p => p.Name).FirstOrDefault(name => !known.Contains(name))
        : null;

    private static bool IsObject(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "");
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
