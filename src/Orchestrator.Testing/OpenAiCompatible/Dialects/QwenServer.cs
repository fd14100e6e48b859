using System.Globalization;

namespace Orchestrator.Testing;

/// <summary>Qwen in Alibaba's Model Studio (DashScope), compatible mode.</summary>
/// <remarks>
/// Sources: help.aliyun.com/zh/model-studio (qwen-api-reference, error-code, deep-thinking); OpenBMB/UltraRAG#287,
/// tencentmusic/supersonic#2355 and infiniflow/ragflow#8972 (thinking only in streams, the body of errors).
/// </remarks>
internal static class QwenServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Qwen,
        BasePath = "compatible-mode/v1",
        KeyPrefix = "sk-",
        Errors = new()
        {
            Of = Words,
            Write = static (json, error) =>
            {
                DialectErrors.WriteObject(json, error);
                json.WriteString("request_id", "53ada3be-865a-4b26-a48d-1ca6e3cf6219");
            },
        },
        Shape = new()
        {
            Calls = CallForm.PiecesWithEmptyIds,
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"call_{place.Answer:x12}{place.Index:x10}"),
            UsageDetails = static (json, usage) =>
            {
                json.WriteObject("prompt_tokens_details", () => json.WriteNumber("cached_tokens", usage.Cached));
                if (usage.Reasoning > 0)
                    json.WriteObject("completion_tokens_details", () => json.WriteNumber("reasoning_tokens", usage.Reasoning));
            },
        },
        Rules =
        [
            MessageRules.Roles(["system", "assistant", "user", "tool", "function"], (index, role) => new(
                400, $"{role} is not one of ['system', 'assistant', 'user', 'tool', 'function'] - 'messages.{index}.role'")),
            OptionRules.If(
                r => r.Body.BooleanProperty("enable_thinking") == true && r.Body.BooleanProperty("stream") != true,
                _ => Bad("parameter.enable_thinking must be set to false for non-streaming calls")),
            OptionRules.If(
                r => r.Body.BooleanProperty("enable_thinking") == true
                    && (r.Body.StringProperty("tool_choice") == "required"
                        || r.Body.Property("tool_choice") is { ValueKind: System.Text.Json.JsonValueKind.Object }),
                _ => Bad(
                    "<400> InternalError.Algo.InvalidParameter: The tool_choice parameter does not support being set to required or "
                        + "object in thinking mode")),
            OptionRules.JsonIsNamed(Bad(
                "<400> InternalError.Algo.InvalidParameter: 'messages' must contain the word 'json' in some form, to use 'response_format' "
                    + "of type 'json_object'.")),
            MessageRules.NoEmptyTurn(_ => Bad(
                "<400> InternalError.Algo.InvalidParameter: The content field is a required field.")),
            ToolRules.NotEmpty(new(400, "[] is too short - 'tools'")),
            ToolRules.Names(ToolRules.OrdinaryName(), (index, name) => new(
                400, $"'{name}' does not match '^[a-zA-Z0-9_-]{{1,64}}$' - 'tools.{index}.function.name'")),
            ToolRules.Objects(
                (name, _) => Bad(
                    $"<400> InternalError.Algo.InvalidParameter: The tool parameters of {name} must be a JSON schema of type object."),
                needsProperties: false),
        ],
    };

    private static OpenAiCompatibleError Bad(string message) => new(400, message, Code: "invalid_parameter_error");

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(401, "Incorrect API key provided. ", Code: "invalid_api_key"),
        LlmErrorKind.QuotaExceeded => new(
            400, "Access denied, please make sure your account is in good standing.", "Arrearage", Code: "Arrearage"),
        LlmErrorKind.RateLimited => new(
            429,
            "You have exceeded your current request limit. For details, see: https://help.aliyun.com/zh/model-studio/error-code",
            "limit_requests",
            Code: "limit_requests"),
        LlmErrorKind.ContextLengthExceeded => Bad(
            "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]"),
        LlmErrorKind.ContentFiltered => new(
            400,
            "<400> InternalError.Algo.DataInspectionFailed: Input data may contain inappropriate content.",
            "data_inspection_failed",
            Code: "data_inspection_failed"),
        LlmErrorKind.ServerError => new(
            500, "<500> InternalError.Algo: An error occurred in model serving", "internal_error", Code: "internal_error"),
        _ => null,
    };
}
