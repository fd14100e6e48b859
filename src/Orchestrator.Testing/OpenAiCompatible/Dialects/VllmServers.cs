using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>vLLM, of today and of the versions with flat errors.</summary>
/// <remarks>
/// Sources: vllm-project/vllm, <c>entrypoints/openai</c> (protocol, serving_chat, api_server); vllm-project/vllm#10821 (ids of calls),
/// #57082 (<c>abort</c>).
/// </remarks>
internal static class VllmServers
{
    public static Dialect Vllm { get; } = new()
    {
        Name = OpenAiDialect.Vllm,
        IsStrict = false,
        CheckKey = CheckKey,
        Errors = new() { ThenDone = true, Write = static (json, error) => json.WriteObject("error", () => WriteError(json, error)) },
        Shape = Shape,
        Rules = Rules,
    };

    public static Dialect Flat { get; } = new()
    {
        Name = OpenAiDialect.VllmFlat,
        IsStrict = false,
        CheckKey = CheckKey,
        Errors = new() { ThenDone = true, Write = WriteFlat },
        Shape = Shape,
        Rules = Rules,
    };

    private static DialectShape Shape => new()
    {
        CallId = static place => string.Create(CultureInfo.InvariantCulture, $"chatcmpl-tool-{place.Answer:x16}{place.Index:x16}"),
        ChoiceExtras = static (json, finish) =>
        {
            if (finish is not null)
                json.WriteNull("stop_reason");
        },
        UsageDetails = static (json, usage) =>
        {
            if (usage.Cached > 0)
                json.WriteObject("prompt_tokens_details", () => json.WriteNumber("cached_tokens", usage.Cached));
        },
    };

    // Unknown options are only logged.
    private static IReadOnlyList<DialectRule> Rules =>
    [
        OptionRules.If(
            r => r.Body.Property("tool_choice") is { ValueKind: JsonValueKind.String } choice && choice.GetString() is "auto" or "required"
                && r.Body.Property("tools") is null,
            _ => new(400, "When using `tool_choice`, `tools` must be set.")),
        OptionRules.If(
            r => r.Body.Property("stream_options") is not null && r.Body.BooleanProperty("stream") != true,
            _ => new(400, "Stream options can only be defined when `stream=True`.")),
    ];

    public static void WriteFlat(Utf8JsonWriter json, OpenAiCompatibleError error)
    {
        json.WriteString("object", "error");
        WriteError(json, error);
    }

    /// <summary>The middleware of keys has an error of one field.</summary>
    public static OpenAiCompatibleError? CheckKey(CapturedRequest request, string? key) =>
        OpenAiCompatibleRules.CheckKey(request, key) is null
            ? null
            : new(401, "Unauthorized") { Raw = """{"error":"Unauthorized"}""" };

    private static void WriteError(Utf8JsonWriter json, OpenAiCompatibleError error)
    {
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Status switch
        {
            401 => "Unauthorized",
            404 => "NotFoundError",
            429 => "RateLimitError",
            >= 500 => "InternalServerError",
            _ => "BadRequestError",
        });
        json.WriteNull("param");
        json.WriteNumber("code", error.Status);
    }
}
