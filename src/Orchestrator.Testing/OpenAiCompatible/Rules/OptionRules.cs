using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Rules about the options of a request. Each takes the vendor's words for what is wrong.</summary>
internal static class OptionRules
{
    /// <summary>The options of OpenAI's own protocol.</summary>
    public static readonly IReadOnlyCollection<string> OfOpenAi = new HashSet<string>(StringComparer.Ordinal)
    {
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens",
        "messages", "metadata", "modalities", "model", "n", "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key",
        "prompt_cache_retention", "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier", "stop", "store",
        "stream", "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
        "web_search_options",
    };

    /// <summary>Options that are not among those the server knows.</summary>
    public static DialectRule Only(IReadOnlyCollection<string> known, Func<JsonProperty, OpenAiCompatibleError> words) => request =>
    {
        foreach (var option in request.Body.EnumerateObject())
        {
            if (!known.Contains(option.Name))
                return words(option);
        }

        return null;
    };

    /// <summary>Options that the server knows and does not take.</summary>
    public static DialectRule Never(IReadOnlyCollection<string> refused, Func<JsonProperty, OpenAiCompatibleError> words) => request =>
    {
        foreach (var option in request.Body.EnumerateObject())
        {
            if (option.Value.ValueKind != JsonValueKind.Null && refused.Contains(option.Name))
                return words(option);
        }

        return null;
    };

    /// <summary>Types of <c>response_format</c> that the server does not have.</summary>
    public static DialectRule Formats(IReadOnlyCollection<string> allowed, Func<string, OpenAiCompatibleError> words) => request =>
        request.Body.Property("response_format")?.StringProperty("type") is { } type && !allowed.Contains(type) ? words(type) : null;

    /// <summary>JSON without a schema is only for prompts that speak of it.</summary>
    public static DialectRule JsonIsNamed(OpenAiCompatibleError error) => request =>
        request.Body.Property("response_format")?.StringProperty("type") == "json_object"
            && !request.Messages.Any(m => m.Property("content")?.GetRawText().Contains("json", StringComparison.OrdinalIgnoreCase) == true)
            ? error
            : null;

    /// <summary>A tool may not be forced by its name.</summary>
    public static DialectRule ToolChoiceIsText(OpenAiCompatibleError error) => request =>
        request.Body.Property("tool_choice") is { ValueKind: JsonValueKind.Object } ? error : null;

    /// <summary>Options that need tools.</summary>
    public static DialectRule WithTools(string option, OpenAiCompatibleError error) => request =>
        request.Body.Property(option) is not null && request.Body.Property("tools") is null ? error : null;

    /// <summary>Anything else about the body.</summary>
    public static DialectRule If(Func<DialectRequest, bool> isWrong, Func<DialectRequest, OpenAiCompatibleError> words) => request =>
        isWrong(request) ? words(request) : null;
}
