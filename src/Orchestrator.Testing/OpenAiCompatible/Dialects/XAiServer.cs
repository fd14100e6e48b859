using System.Globalization;

namespace Orchestrator.Testing;

/// <summary>xAI (Grok).</summary>
/// <remarks>
/// Sources: docs.x.ai (api-reference, guides/reasoning); AstrBotDevs/AstrBot#6447 and n8n-io/n8n#14797 (empty messages),
/// yym68686/uni-api#105 (penalties), charmbracelet/crush#386 (effort), openai/codex#1352 (keys, 400), BerriAI/litellm#17136 (usage).
/// </remarks>
internal static class XAiServer
{
    private const string Argument = "Client specified an invalid argument";

    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.XAi,
        KeyPrefix = "xai-",
        CheckKey = static (request, key) => OpenAiCompatibleRules.CheckKey(request, key) is null ? null : NoKey,
        Errors = new()
        {
            Of = Words,
            Write = static (json, error) =>
            {
                json.WriteString("code", error.Code ?? Argument);
                json.WriteString("error", error.Message);
            },
        },
        Shape = new()
        {
            Calls = CallForm.Whole,
            Usage = UsagePlace.Last,
            CountsReasoningApart = true,
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"call_{place.Answer:D8}{place.Index:D4}"),
            UsageDetails = static (json, usage) =>
            {
                UsageFigures.WriteDetails(json, usage);
                json.WriteNumber("num_sources_used", 0);
            },
        },
        Rules =
        [
            OptionRules.Never(["presence_penalty", "frequency_penalty", "stop"], option => Bad(
                $"Argument not supported on this model: {Camel(option.Name)}")),
            OptionRules.If(
                r => r.Body.Property("reasoning_effort") is not null && !r.Model.Contains("mini", StringComparison.Ordinal),
                _ => Bad("Argument not supported on this model: reasoningEffort")),
            MessageRules.NoEmptyMessage(_ => Bad("Invalid request content: Each message must have at least one content element.")),
            ToolRules.Names(ToolRules.OrdinaryName(), (_, name) => Bad($"Invalid function name: {name}")),
            ToolRules.Objects(
                (name, _) => Bad($"Invalid request content: parameters of tool {name} must be a JSON schema of type object."),
                needsProperties: false),
        ],
    };

    private static OpenAiCompatibleError NoKey => Bad(
        "Incorrect API key provided: xa***et. You can obtain an API key from https://console.x.ai.");

    private static OpenAiCompatibleError Bad(string message) => new(400, message, Code: Argument);

    private static string Camel(string name) => name switch
    {
        "presence_penalty" => "presencePenalty",
        "frequency_penalty" => "frequencyPenalty",
        _ => name,
    };

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => NoKey,
        LlmErrorKind.Permission => new(
            403, "Your team has no access to this model.", Code: "The caller does not have permission to execute the specified operation"),
        LlmErrorKind.QuotaExceeded => new(
            429, "Your team has either used all available credits or reached its monthly spending limit.",
            Code: "Some resource has been exhausted"),
        LlmErrorKind.RateLimited => new(
            429, $"Too many requests for team fake and model {model}.", Code: "Some resource has been exhausted"),
        LlmErrorKind.ModelNotFound => new(
            404,
            $"The model {model} does not exist or your team fake does not have access to it.",
            Code: "Some requested entity was not found"),
        LlmErrorKind.ContextLengthExceeded => Bad(
            "This model's maximum prompt length is 131072 but the request contains 140012 tokens."),
        LlmErrorKind.ContentFiltered => new(403, "Content violates usage guidelines.", Code: Argument),
        LlmErrorKind.InvalidRequest => Bad("Invalid temperature: 3"),
        LlmErrorKind.Unavailable => new(
            503, "The service is temporarily unavailable. Please retry later.", Code: "The service is currently unavailable"),
        LlmErrorKind.Timeout => new(504, "Deadline expired before operation could complete.", Code: "Deadline exceeded"),
        LlmErrorKind.ServerError => new(500, "Internal error", Code: "Internal error"),
        _ => null,
    };
}
