using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Testing;

/// <summary>Mistral's platform.</summary>
/// <remarks>
/// Sources: docs.mistral.ai/api; langchain-ai/langchain#24668, nearai/ironclaw#1241 (ids), editor-code-assistant/eca#231,
/// openai/openai-agents-python#442 and charmbracelet/crush#1590 (extra fields), avante.nvim#2695 (order of roles),
/// elastic/elasticsearch#128538 (401), UKGovernmentBEIS/inspect_ai#514 (<c>model_length</c>).
/// </remarks>
internal static partial class MistralServer
{
    private static readonly IReadOnlyCollection<string> Known = new HashSet<string>(StringComparer.Ordinal)
    {
        "frequency_penalty", "guardrails", "max_tokens", "messages", "metadata", "model", "n", "parallel_tool_calls", "prediction",
        "presence_penalty", "prompt_cache_key", "prompt_mode", "random_seed", "reasoning_effort", "response_format", "safe_prompt", "stop",
        "stream", "temperature", "tool_choice", "tools", "top_p",
    };

    private static readonly IReadOnlyCollection<string> KnownOfMessages = new HashSet<string>(StringComparer.Ordinal)
    {
        "role", "content", "tool_calls", "tool_call_id", "name", "prefix",
    };

    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Mistral,
        CheckKey = static (request, key) => OpenAiCompatibleRules.CheckKey(request, key) is null ? null : NoKey,
        Errors = new()
        {
            Of = Words,
            Write = static (json, error) =>
            {
                json.WriteString("object", "error");
                DialectErrors.WriteFields(json, error);
            },
        },
        Shape = new()
        {
            Reasoning = ReasoningForm.Parts,
            Calls = CallForm.Together,
            FinishesWithCalls = true,
            Usage = UsagePlace.OnFinish,
            UsageDetails = UsageFigures.WriteNone,
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"m{place.Answer % 100_000:D5}c{place.Index % 100:D2}"),
        },
        Rules =
        [
            OptionRules.Only(Known, option => Extra(json => WritePath(json, "body", option.Name), option.Value)),
            MessageRules.Fields(KnownOfMessages, (index, role, field) => Extra(
                json =>
                {
                    WritePath(json, "body", "messages");
                    json.WriteNumberValue(index);
                    WritePath(json, role, field.Name);
                },
                field.Value)),
            MessageRules.CallIds(CallId(), (_, id) => new(
                400, $"Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9.", "invalid_function_call", Code: "3280")),
            MessageRules.NoEmptyTurn(_ => new(
                400,
                "Assistant message must have either content or tool_calls, but not none.",
                "invalid_request_assistant_message",
                Code: "3240")),
            MessageRules.Never("user", after: "tool", Order("Unexpected role 'user' after role 'tool'")),
            MessageRules.Never("tool", after: "user", Order("Unexpected role 'tool' after role 'user'")),
            MessageRules.Last(["user", "tool"], role => Order(
                $"Expected last role User or Tool (or Assistant with prefix True) for serving but got {role}")),
            ToolRules.NotEmpty(Extra(json => WritePath(json, "body", "tools"), JsonDocument.Parse("[]").RootElement)),
            ToolRules.Names(ToolRules.OrdinaryName(), (_, name) => new(
                400, $"Function name was {name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.",
                "invalid_function_call", Code: "3280")),
            ToolRules.Objects((name, _) => new(
                400, $"Invalid tool schema of {name}: 'type': 'object' is required", "invalid_request_tool", Code: "3052"),
                needsProperties: false),
        ],
    };

    private static OpenAiCompatibleError NoKey => new(401, "Unauthorized")
    {
        Raw = """{"message":"Unauthorized","request_id":"a580d263fb1521778782b22104efb415"}""",
    };

    private static OpenAiCompatibleError Order(string message) => new(400, message, "invalid_request_message_order", Code: "3230");

    // The message of a refused field is an object, not a text.
    private static OpenAiCompatibleError Extra(Action<Utf8JsonWriter> path, JsonElement input) => new(422, "Extra inputs are not permitted")
    {
        Raw = JsonText.Of(json =>
        {
            json.WriteString("object", "error");
            json.WriteObject("message", () =>
            {
                json.WriteStartArray("detail");
                json.WriteStartObject();
                json.WriteString("type", "extra_forbidden");
                json.WriteStartArray("loc");
                path(json);
                json.WriteEndArray();
                json.WriteString("msg", "Extra inputs are not permitted");
                json.WritePropertyName("input");
                input.WriteTo(json);
                json.WriteEndObject();
                json.WriteEndArray();
            });
            json.WriteString("type", "invalid_request_error");
            json.WriteNull("param");
            json.WriteNull("code");
        }),
    };

    private static void WritePath(Utf8JsonWriter json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            json.WriteStringValue(name);
    }

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => NoKey,
        LlmErrorKind.RateLimited => new(429, "Rate limit exceeded", "rate_limited", Code: "1300"),
        LlmErrorKind.ModelNotFound => new(400, $"Invalid model: {model}", "invalid_model", Code: "1500"),
        LlmErrorKind.ContextLengthExceeded => new(
            400,
            "Prompt contains 40018 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
            "invalid_request_invalid_args",
            Code: "3051"),
        LlmErrorKind.Unavailable => new(503, "Service unavailable.", "internal_server_error", Code: "1100"),
        LlmErrorKind.ServerError => new(500, "Service unavailable.", "internal_server_error", Code: "1000"),
        _ => null,
    };

    [GeneratedRegex("^[a-zA-Z0-9]{9}$")]
    private static partial Regex CallId();
}
