using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>SGLang.</summary>
/// <remarks>
/// Sources: sgl-project/sglang, <c>srt/entrypoints/openai</c> (serving_base, serving_chat, protocol, utils) and
/// <c>srt/managers/tokenizer_manager</c>; sgl-project/sglang#6693 (<c>abort</c>).
/// </remarks>
internal static class SgLangServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.SgLang,
        CheckKey = VllmServers.CheckKey,
        Errors = new() { Of = Words, Write = Write },
        Shape = new()
        {
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"call_{place.Answer:x16}{place.Index:x8}"),
            // Every delta names all its fields; those that say nothing are null.
            DeltaExtras = static json => json.WriteNull("audio"),
            ChoiceExtras = static (json, finish) => json.WriteStringOrNull("matched_stop", finish is null ? null : "<|im_end|>"),
            UsageDetails = static (json, usage) =>
            {
                if (usage.Cached > 0)
                    json.WriteObject("prompt_tokens_details", () => json.WriteNumber("cached_tokens", usage.Cached));
                else
                    json.WriteNull("prompt_tokens_details");
                json.WriteNumber("reasoning_tokens", usage.Reasoning);
            },
        },
        Rules =
        [
            OptionRules.If(
                r => r.Body.Property("messages") is { ValueKind: JsonValueKind.Array } messages && messages.GetArrayLength() == 0,
                _ => new(400, "Messages cannot be empty.")),
            OptionRules.If(
                r => r.Body.StringProperty("tool_choice") == "required" && r.Functions.Count == 0,
                _ => new(400, "Tools cannot be empty if tool choice is set to required.")),
            OptionRules.If(
                r => r.Body.Property("tool_choice")?.Property("function")?.StringProperty("name") is { } name
                    && !r.Functions.Any(f => f.StringProperty("name") == name),
                _ => new(400, "Tool not found in tools list.")),
            MessageRules.Roles(["system", "developer", "assistant", "tool", "user", "function"], (index, role) => new(
                400,
                $"1 validation error for ChatCompletionRequest: messages.{index}.role: Input should be 'system', 'assistant', 'tool' "
                    + $"or 'user' [input_value='{role}']")),
        ],
    };

    private static void Write(Utf8JsonWriter json, OpenAiCompatibleError error)
    {
        json.WriteString("object", "error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Status switch
        {
            404 => "NotFoundError",
            >= 500 => "InternalServerError",
            _ => "BadRequestError",
        });
        json.WriteNull("param");
        json.WriteNumber("code", error.Status);
    }

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(401, "Unauthorized") { Raw = """{"error":"Unauthorized"}""" },
        LlmErrorKind.ContextLengthExceeded => new(
            400, "The input (40018 tokens) is longer than the model's context length (32768 tokens)."),
        LlmErrorKind.Unavailable => new(503, "The request queue is full."),
        _ => null,
    };
}
