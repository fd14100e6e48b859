using System.Globalization;

namespace Orchestrator.Testing;

/// <summary>Groq.</summary>
/// <remarks>
/// Sources: console.groq.com/docs (openai, tool-use, reasoning, errors); NousResearch/hermes-agent#11089 and janhq/jan#8136 (reasoning that
/// comes back), musistudio/llms#64 (unknown options), Portkey-AI/gateway#1072 (usage), ogx-ai/ogx#630 (whole calls),
/// tensorzero/tensorzero#1893 (<c>tool_use_failed</c>).
/// </remarks>
internal static class GroqServer
{
    private static readonly string[] Refused = ["logprobs", "logit_bias", "top_logprobs"];

    private static readonly IReadOnlyCollection<string> Known = new HashSet<string>(OptionRules.OfOpenAi, StringComparer.Ordinal)
    {
        "citation_options", "compound_custom", "disable_tool_validation", "documents", "exclude_domains", "include_domains",
        "include_reasoning", "reasoning_format", "search_settings",
    };

    private static readonly IReadOnlyCollection<string> KnownOfMessages = new HashSet<string>(StringComparer.Ordinal)
    {
        "role", "content", "tool_calls", "tool_call_id", "function_call", "reasoning",
    };

    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Groq,
        BasePath = "openai/v1",
        KeyPrefix = "gsk_",
        Errors = new() { Of = Words },
        Shape = new()
        {
            ReasoningField = "reasoning",
            Calls = CallForm.Whole,
            Usage = UsagePlace.InExtension,
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"fc_{place.Answer:D8}{place.Index:D4}"),
            UsageDetails = static (json, usage) =>
            {
                json.WriteNumber("queue_time", 0.037);
                json.WriteNumber("prompt_time", 0.001);
                json.WriteNumber("completion_time", 0.02);
                json.WriteNumber("total_time", 0.021);
                json.WriteObject("prompt_tokens_details", () => json.WriteNumber("cached_tokens", usage.Cached));
            },
        },
        Rules =
        [
            OptionRules.Only(Known, option => Bad($"property '{option.Name}' is unsupported")),
            OptionRules.Never(Refused, option => Bad($"`{option.Name}` is not supported with this model")),
            MessageRules.Fields(KnownOfMessages, (index, role, field) => Bad(
                $"'messages.{index}' : for 'role:{role}' the following must be satisfied[('messages.{index}' : "
                    + $"property '{field.Name}' is unsupported)]")),
            ToolRules.Names(ToolRules.OrdinaryName(), (index, _) => Bad(
                $"'tools.{index}.function.name' : value does not match the pattern '^[a-zA-Z0-9_-]{{1,64}}$'")),
            ToolRules.Objects((name, lack) => Bad(
                lack == BareSchema.NoObject
                    ? $"invalid JSON schema for tool {name}, tools[0].function.parameters: `type` must be \"object\""
                    : $"invalid JSON schema for tool {name}, tools[0].function.parameters: `properties` is required")),
            OptionRules.WithTools("tool_choice", Bad("`tool_choice` is only allowed when `tools` are specified")),
        ],
    };

    private static OpenAiCompatibleError Bad(string message) => new(400, message);

    // The vendor's words go on with "Please try again in 2s."; here the header alone tells a wait, if the test sets one.
    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(401, "Invalid API Key", Code: "invalid_api_key"),
        LlmErrorKind.RateLimited => new(
            429,
            $"Rate limit reached for model `{model}` in organization `org_fake` service tier `on_demand` on requests per minute (RPM): "
                + "Limit 30, Used 30, Requested 1.",
            "requests",
            Code: "rate_limit_exceeded"),
        LlmErrorKind.ContextLengthExceeded => new(
            400, "Please reduce the length of the messages or completion.", Param: "messages", Code: "context_length_exceeded"),
        LlmErrorKind.ServerError => new(500, "Internal Server Error", "internal_server_error"),
        _ => null,
    };
}
