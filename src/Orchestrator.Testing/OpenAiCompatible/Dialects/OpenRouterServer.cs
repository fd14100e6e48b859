using System.Globalization;

namespace Orchestrator.Testing;

/// <summary>OpenRouter.</summary>
/// <remarks>
/// Sources: openrouter.ai/docs (api-reference/errors, api-reference/streaming, guides/best-practices/reasoning-tokens);
/// microsoft/agent-framework#2947 and massgen/MassGen#624 (details that come back, the upstream's error as <c>metadata.raw</c>),
/// plandex-ai/plandex#232 (too long).
/// </remarks>
internal static class OpenRouterServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.OpenRouter,
        BasePath = "api/v1",
        IsStrict = false,
        KeyPrefix = "sk-or-",
        Errors = new()
        {
            Of = Words,
            InChunk = true,
            ThenDone = true,
            Write = static (json, error) => json.WriteObject("error", () =>
            {
                json.WriteString("message", error.Message);
                json.WriteNumber("code", error.Status);
                json.WriteObject("metadata", () =>
                {
                    error.Detail?.Invoke(json);
                    json.WriteString("provider_name", "Fake");
                });
            }),
        },
        Shape = new()
        {
            Reasoning = ReasoningForm.Details,
            ReasoningField = "reasoning",
            Usage = UsagePlace.Last,
            Comment = ": OPENROUTER PROCESSING\n\n",
            CallId = static place => string.Create(
                CultureInfo.InvariantCulture, $"tool_{place.Index}_{place.Name}_{place.Answer:D12}"),
            Extras = static json => json.WriteString("provider", "Fake"),
            ChoiceExtras = static (json, finish) => json.WriteStringOrNull("native_finish_reason", finish),
            UsageDetails = static (json, usage) =>
            {
                json.WriteNumber("cost", 0.00014);
                json.WriteBoolean("is_byok", false);
                json.WriteObject("prompt_tokens_details", () => json.WriteNumber("cached_tokens", usage.Cached));
                json.WriteObject("completion_tokens_details", () => json.WriteNumber("reasoning_tokens", usage.Reasoning));
            },
        },
        Rules =
        [
            StateRules.OwnCalls("reasoning_details", (name, position) => Upstream(
                400,
                "Gemini models require OpenRouter reasoning details to be preserved in each request. Please refer to our docs: "
                    + "https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks. Upstream error: "
                    + "{\n  \"error\": {\n    \"code\": 400,\n    \"message\": \"Function call is missing a thought_signature in "
                    + "functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to "
                    + $"degraded model performance. Additional data, function call `default_api:{name}` , position {position}.\","
                    + "\n    \"status\": \"INVALID_ARGUMENT\"\n  }\n}\n")),
            ToolRules.Names(ToolRules.OrdinaryName(), (index, name) => Upstream(
                400, $"tools.{index}.function.name: '{name}' should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'")),
            ToolRules.Objects((name, lack) => Upstream(
                400,
                lack == BareSchema.NoObject
                    ? $"Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'."
                    : $"Invalid schema for function '{name}': In context=(), object schema missing properties.")),
        ],
    };

    private static OpenAiCompatibleError Upstream(int status, string raw) => new(status, "Provider returned error")
    {
        Detail = json => json.WriteString("raw", raw),
    };

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(401, "User not found."),
        LlmErrorKind.QuotaExceeded => new(402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits"),
        LlmErrorKind.RateLimited => Upstream(429, $"{model} is temporarily rate-limited upstream. Please retry shortly."),
        LlmErrorKind.ModelNotFound => new(400, $"{model} is not a valid model ID"),
        LlmErrorKind.ContextLengthExceeded => new(
            400,
            "This endpoint's maximum context length is 8192 tokens. However, you requested about 9001 tokens (9001 of text input). Please "
                + "reduce the length of either one, or use the \"middle-out\" transform to compress your prompt automatically."),
        LlmErrorKind.ContentFiltered => new(403, "Your chosen model requires moderation and your input was flagged")
        {
            Detail = static json =>
            {
                json.WriteStartArray("reasons");
                json.WriteStringValue("violence");
                json.WriteEndArray();
                json.WriteString("flagged_input", "...");
            },
        },
        _ => null,
    };
}
