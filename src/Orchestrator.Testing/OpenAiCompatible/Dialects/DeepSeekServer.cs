using System.Globalization;

namespace Orchestrator.Testing;

/// <summary>DeepSeek.</summary>
/// <remarks>
/// Sources: api-docs.deepseek.com (guides/thinking_mode#tool-calls, quick_start/error_codes, api/create-chat-completion);
/// hotovo/aider-desk#529 and continuedev/continue#11285 (reasoning), farion1231/cc-switch#3330 (developer), browser-use#215 (schemas).
/// </remarks>
internal static class DeepSeekServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.DeepSeek,
        BasePath = "",
        KeyPrefix = "sk-",
        Errors = new() { Of = Words },
        Shape = new()
        {
            Usage = UsagePlace.OnFinish,
            Comment = ": keep-alive\n\n",
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"call_{place.Index:D2}_{place.Answer:D20}"),
            UsageDetails = static (json, usage) =>
            {
                json.WriteObject("prompt_tokens_details", () => json.WriteNumber("cached_tokens", usage.Cached));
                json.WriteObject("completion_tokens_details", () => json.WriteNumber("reasoning_tokens", usage.Reasoning));
                json.WriteNumber("prompt_cache_hit_tokens", usage.Cached);
                json.WriteNumber("prompt_cache_miss_tokens", usage.Prompt - usage.Cached);
            },
        },
        Rules =
        [
            MessageRules.Roles(["system", "user", "assistant", "tool", "latest_reminder"], (index, role) => Unread(
                $"messages[{index}].role: unknown variant `{role}`, expected one of `system`, `user`, `assistant`, `tool`, "
                    + "`latest_reminder` at line 1 column 49")),
            OptionRules.Formats(["text", "json_object"], type => Unread(
                $"response_format: response_format.type `{type}` is unavailable now at line 1 column 124")),
            StateRules.Reasoning("reasoning_content", Thinks, index => Bad(
                $"Missing `reasoning_content` field in the assistant message at message index {index}. For more information, please refer "
                    + "to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls")),
            MessageRules.NoEmptyTurn(_ => Bad("Invalid assistant message: content or tool_calls must be set")),
            ToolRules.Names(ToolRules.OrdinaryName(), (index, _) => Bad(
                $"Invalid 'tools[{index}].function.name': string does not match pattern. "
                    + "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.")),
            ToolRules.Objects(
                (name, _) => Bad(
                    $"Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"', got 'type: null'."),
                needsProperties: false),
        ],
    };

    private static bool Thinks(DialectRequest request) =>
        request.Model.Contains("reasoner", StringComparison.Ordinal)
        || request.Body.Property("thinking")?.StringProperty("type") == "enabled";

    private static OpenAiCompatibleError Bad(string message) => new(400, message, Code: "invalid_request_error");

    private static OpenAiCompatibleError Unread(string message) =>
        Bad($"Failed to deserialize the JSON body into the target type: {message}");

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(
            401, "Authentication Fails, Your api key: ****cret is invalid", "authentication_error", Code: "invalid_request_error"),
        LlmErrorKind.QuotaExceeded => new(402, "Insufficient Balance", "unknown_error", Code: "invalid_request_error"),
        LlmErrorKind.ModelNotFound => Bad("Model Not Exist"),
        LlmErrorKind.ContentFiltered => Bad("Content Exists Risk"),
        LlmErrorKind.ContextLengthExceeded => Bad(
            "This model's maximum context length is 131072 tokens. However, you requested 140012 tokens (140012 in the messages, 0 in the "
                + "completion). Please reduce the length of the messages or completion."),
        _ => null,
    };
}
