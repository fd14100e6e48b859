using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>The fields of tools, calls and results, read strictly.</summary>
internal static class YandexGptToolRules
{
    public static string? Check(JsonElement body)
    {
        if (YandexGptRules.Flag(body, "parallelToolCalls") is { } wrong)
            return wrong;
        if (body.TryGetProperty("tools", out var tools) && CheckTools(tools) is { } bad)
            return bad;
        return body.TryGetProperty("toolChoice", out var choice) ? CheckChoice(choice) : null;
    }

    public static string? CheckCalls(JsonElement list) => CheckList(list, "toolCallList", "toolCalls", call =>
        YandexGptRules.Only(call, "a tool call", "functionCall")
        ?? (call.Property("functionCall") is { } function ? CheckCall(function) : "a tool call needs functionCall"));

    public static string? CheckResults(JsonElement list) => CheckList(list, "toolResultList", "toolResults", result =>
        YandexGptRules.Only(result, "a tool result", "functionResult")
        ?? (result.Property("functionResult") is { } function ? CheckResult(function) : "a tool result needs functionResult"));

    private static string? CheckTools(JsonElement tools) => tools.ValueKind == JsonValueKind.Array
        ? tools.EnumerateArray().Select(CheckTool).FirstOrDefault(w => w is not null)
        : "tools must be a list";

    private static string? CheckTool(JsonElement tool)
    {
        if (YandexGptRules.Only(tool, "a tool", "function") is { } wrong)
            return wrong;
        if (tool.Property("function") is not { } function)
            return "a tool needs function";
        return YandexGptRules.Only(function, "a function", "name", "description", "parameters", "strict")
            ?? YandexGptRules.Flag(function, "strict")
            ?? (function.StringProperty("name") is not { Length: > 0 } ? "a function needs a name"
                : function.TryGetProperty("description", out var said) && said.ValueKind != JsonValueKind.String
                    ? "a function's description must be a text"
                : function.TryGetProperty("parameters", out var schema) && schema.ValueKind != JsonValueKind.Object
                    ? "a function's parameters must be an object"
                : null);
    }

    private static string? CheckChoice(JsonElement choice)
    {
        if (YandexGptRules.Only(choice, "toolChoice", "mode", "functionName") is { } wrong)
            return wrong;
        var (mode, name) = (choice.StringProperty("mode"), choice.StringProperty("functionName"));
        return (mode, name) switch
        {
            (null, { Length: > 0 }) => null,
            ("NONE" or "AUTO" or "REQUIRED", null) => null,
            _ => "toolChoice must have one of functionName and mode, which is NONE, AUTO or REQUIRED",
        };
    }

    private static string? CheckList(JsonElement list, string name, string items, Func<JsonElement, string?> check)
    {
        if (YandexGptRules.Only(list, name, items) is { } wrong)
            return wrong;
        return list.Property(items) is { ValueKind: JsonValueKind.Array } entries && entries.GetArrayLength() > 0
            ? entries.EnumerateArray().Select(check).FirstOrDefault(w => w is not null)
            : $"{name}.{items}: at least one is required";
    }

    private static string? CheckCall(JsonElement function) =>
        YandexGptRules.Only(function, "functionCall", "name", "arguments")
        ?? (function.StringProperty("name") is not { Length: > 0 } ? "functionCall needs a name"
            : function.Property("arguments") is not { ValueKind: JsonValueKind.Object } ? "functionCall.arguments must be an object"
            : null);

    private static string? CheckResult(JsonElement function) =>
        YandexGptRules.Only(function, "functionResult", "name", "content")
        ?? (function.StringProperty("name") is not { Length: > 0 } ? "functionResult needs a name"
            : function.StringProperty("content") is null ? "functionResult.content must be a text" : null);
}
