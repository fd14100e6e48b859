using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Moonshot's platform (Kimi).</summary>
/// <remarks>
/// Sources: platform.kimi.ai/docs (api/chat, api/errors, guide/use-kimi-k2-thinking-model), MoonshotAI/walle (its JSON schemas);
/// mastra-ai/mastra#12592 and continuedev/continue#11806 (reasoning), northes/go-moonshot#17 (usage in the choice),
/// 14790897/MiqroForge-Desktop#1165 and abhigyanpatwari/GitNexus#2703 (schemas), lobehub/lobehub#8419 (empty turns),
/// HKUDS/nanobot#3939 (thinking beside effort).
/// </remarks>
internal static class MoonshotServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Moonshot,
        KeyPrefix = "sk-",
        Errors = new()
        {
            Of = Words,
            Write = static (json, error) => json.WriteObject("error", () =>
            {
                json.WriteString("message", error.Message);
                json.WriteString("type", error.Type);
            }),
        },
        Shape = new()
        {
            Usage = UsagePlace.InChoice,
            CallId = static place => string.Create(
                CultureInfo.InvariantCulture, $"functions.{place.Name}:{(long)place.Answer * 256 + place.Index}"),
            UsageDetails = static (json, usage) =>
            {
                if (usage.Cached > 0)
                    json.WriteNumber("cached_tokens", usage.Cached);
            },
        },
        Rules =
        [
            MessageRules.NoEmptyTurn(index => Bad(
                $"Invalid request: the message at position {index} with role 'assistant' must not be empty")),
            StateRules.Reasoning(
                "reasoning_content",
                Thinks,
                index => Bad(
                    $"thinking is enabled but reasoning_content is missing in assistant tool call message at index {index}"),
                emptyWillDo: false),
            ToolRules.Objects(
                (_, _) => Bad("tools.function.parameters.type is required and must be \"object\""), needsProperties: false),
            ToolRules.Schemas(FaultOf, (path, fault) => Bad(
                "tools.function.parameters is not a valid moonshot flavored json schema, details: "
                    + $"<At path '{(path.Length == 0 ? "root" : path)}': {fault}>")),
            ToolRules.Names(ToolRules.OrdinaryName(), (_, _) => Bad(
                "Invalid request: function name is invalid, must start with a letter and can contain letters, numbers, "
                    + "underscores, and dashes")),
            ToolRules.Unique(name => Bad($"Invalid request: function name {name} is duplicated")),
            OptionRules.If(
                r => r.Body.Property("thinking") is not null && r.Body.Property("reasoning_effort") is not null,
                _ => Bad("cannot specify both 'thinking' and 'reasoning_effort'")),
        ],
    };

    private static string? FaultOf(JsonElement schema) =>
        schema.ValueKind != JsonValueKind.Object ? "property schema must be an object"
        : schema.Property("anyOf") is not null && schema.Property("type") is not null
            ? "when using anyOf, type should be defined in anyOf items instead of the parent schema"
            : null;

    private static bool Thinks(DialectRequest request) =>
        request.Body.Property("thinking")?.StringProperty("type") == "enabled"
        || request.Model.Contains("thinking", StringComparison.Ordinal);

    private static OpenAiCompatibleError Bad(string message) => new(400, message);

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(401, "Invalid Authentication", "invalid_authentication_error"),
        LlmErrorKind.QuotaExceeded => new(
            429,
            "Your account org-fake is suspended, please check your plan and billing details",
            "exceeded_current_quota_error"),
        LlmErrorKind.RateLimited => new(
            429, "Your account org-fake request reached max request: 3, please try again later", "rate_limit_reached_error"),
        LlmErrorKind.ModelNotFound => new(404, $"Not found the model {model} or Permission denied", "resource_not_found_error"),
        LlmErrorKind.ContextLengthExceeded => Bad("Invalid request: Your request exceeded model token limit: 131072"),
        LlmErrorKind.ContentFiltered => new(400, "The request was rejected because it was considered high risk", "content_filter"),
        LlmErrorKind.Unavailable => new(503, "The engine is currently overloaded, please try again later", "engine_overloaded_error"),
        LlmErrorKind.ServerError => new(500, "Internal server error", "server_error"),
        _ => null,
    };
}
