using System.Globalization;

namespace Orchestrator.Testing;

/// <summary>Together.</summary>
/// <remarks>
/// Sources: docs.together.ai/reference/chat-completions, togethercomputer/together-python; HeyPuter/puter#3168 (models, the id beside the
/// error), harshitv804/LawGPT#4 (keys), SWE-agent/SWE-agent#135 (too long).
/// </remarks>
internal static class TogetherServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Together,
        Errors = new()
        {
            Of = Words,
            Write = static (json, error) =>
            {
                json.WriteString("id", "okkMWqL-2kFHot-a023f60e9b77ff7e");
                DialectErrors.WriteObject(json, error);
            },
        },
        Shape = new()
        {
            ReasoningField = "reasoning",
            Stop = "eos",
            Usage = UsagePlace.OnFinish,
            UsageDetails = static (json, usage) => json.WriteNumber("cached_tokens", usage.Cached),
            CallId = static place => string.Create(CultureInfo.InvariantCulture, $"call_{place.Answer:x12}{place.Index:x12}"),
            ChoiceExtras = static (json, _) => json.WriteNull("seed"),
            DeltaExtras = static json => json.WriteNumber("token_id", 374),
        },
        Rules =
        [
            MessageRules.Roles(["system", "user", "assistant", "tool", "function"], (index, role) => Bad(
                $"Input validation error: messages.{index}.role: invalid value '{role}'")),
            ToolRules.Names(ToolRules.OrdinaryName(), (index, name) => Bad(
                $"Input validation error: tools.{index}.function.name: invalid value '{name}'")),
            ToolRules.Objects(
                (name, _) => Bad($"Input validation error: parameters of function {name} must be an object schema"),
                needsProperties: false),
        ],
    };

    private static OpenAiCompatibleError Bad(string message) => new(400, message);

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(
            401,
            "Invalid API key provided. You can find your API key at https://api.together.xyz/settings/api-keys.",
            Code: "invalid_api_key"),
        LlmErrorKind.QuotaExceeded => new(
            402,
            "Credit limit exceeded, please navigate to https://api.together.ai/settings/billing.",
            "credit_limit",
            Code: "credit_limit"),
        LlmErrorKind.RateLimited => new(
            429, "You have reached the rate limit specific to this model.", "model_rate_limit", Code: "model_rate_limit"),
        LlmErrorKind.ModelNotFound => new(
            404,
            $"Unable to access model {model}. Please visit https://api.together.ai/models to view the list of supported models.",
            Code: "model_not_available"),
        LlmErrorKind.ContextLengthExceeded => new(
            422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9001 `inputs` tokens and 512 "
                + "`max_new_tokens`"),
        LlmErrorKind.Unavailable => new(
            503, "The server is overloaded or not ready yet.", "service_unavailable", Code: "service_unavailable"),
        _ => null,
    };
}
