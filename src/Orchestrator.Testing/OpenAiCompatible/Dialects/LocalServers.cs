using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Servers of one's own computer: llama.cpp and LM Studio.</summary>
/// <remarks>
/// Sources: ggml-org/llama.cpp, <c>tools/server</c> (README, utils, server) and <c>common/chat.cpp</c>; lmstudio.ai/docs;
/// lmstudio-ai/lmstudio-bug-tracker#307 and #169 (formats), antropia-studio/linguito#21 (the choice of a tool).
/// </remarks>
internal static class LocalServers
{
    public static Dialect LlamaCpp { get; } = new()
    {
        Name = OpenAiDialect.LlamaCpp,
        IsStrict = false,
        CheckKey = static (request, key) =>
            OpenAiCompatibleRules.CheckKey(request, key) is null ? null : LlamaWords(LlmErrorKind.Authentication, ""),
        Errors = new()
        {
            Of = LlamaWords,
            Write = static (json, error) => json.WriteObject("error", () => WriteLlama(json, error)),
        },
        Shape = new()
        {
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"{place.Answer:x24}{place.Index:x8}"),
            UsageDetails = UsageFigures.WriteNone,
            LastExtras = static (json, usage) => json.WriteObject("timings", () =>
            {
                json.WriteNumber("prompt_n", usage.Prompt);
                json.WriteNumber("predicted_n", usage.Completion);
                json.WriteNumber("predicted_per_second", 42.5);
            }),
        },
        Rules =
        [
            MessageRules.NoEmptyTurn(_ => new(500, "Assistant message must contain either 'content' or 'tool_calls'!", "server_error")),
            OptionRules.If(
                r => r.Messages.Count > 1 && r.Messages[^1].StringProperty("role") == "assistant"
                    && r.Messages[^2].StringProperty("role") == "assistant",
                _ => new(400, "Cannot have 2 or more assistant messages at the end of the list.")),
            OptionRules.ToolChoiceIsText(new(400, "Invalid tool_choice: type must be string, but is object")),
        ],
    };

    public static Dialect LmStudio { get; } = new()
    {
        Name = OpenAiDialect.LmStudio,
        IsStrict = false,
        Errors = new() { Write = static (json, error) => json.WriteString("error", error.Message) },
        Shape = new()
        {
            CallId = static place => string.Create(
                CultureInfo.InvariantCulture, $"{(long)place.Answer * 256 + place.Index + 100_000_000:D9}"),
            UsageDetails = UsageFigures.WriteNone,
        },
        Rules =
        [
            OptionRules.Formats(["json_schema", "text"], _ => new(400, "'response_format.type' must be 'json_schema' or 'text'")),
            OptionRules.ToolChoiceIsText(new(
                400, "Invalid tool_choice type: 'object'. Supported string values: none, auto, required")),
            ToolRules.Objects(
                (_, _) => new(
                    400,
                    """[{"code":"invalid_literal","expected":"object","path":["tools",0,"function","parameters","type"]"""
                        + ""","message":"Invalid literal value, expected \"object\""}]"""),
                needsProperties: false),
        ],
    };

    private static void WriteLlama(Utf8JsonWriter json, OpenAiCompatibleError error)
    {
        json.WriteNumber("code", error.Status);
        json.WriteString("message", error.Message);
        if (error.Code == "context_length_exceeded")
        {
            json.WriteString("type", "exceed_context_size_error");
            json.WriteNumber("n_prompt_tokens", 13392);
            json.WriteNumber("n_ctx", 8192);
            return;
        }

        json.WriteString("type", error.Status switch
        {
            503 => "unavailable_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        });
    }

    private static OpenAiCompatibleError? LlamaWords(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(401, "Invalid API Key"),
        LlmErrorKind.Unavailable => new(503, "Loading model"),
        LlmErrorKind.ContextLengthExceeded => new(
            400,
            "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it",
            Code: "context_length_exceeded"),
        _ => null,
    };
}
