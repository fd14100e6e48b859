namespace Orchestrator.Testing;

/// <summary>Perplexity's Sonar models.</summary>
/// <remarks>
/// Sources: docs.perplexity.ai (api-reference/chat-completions-post, guides); perplexityai/api-discussion#265 and bieniu/ha-perplexity#117
/// (order of roles), perplexityai/api-discussion#193 (message beside delta), langchain-ai/langchain#38070 (usage on every chunk, thoughts
/// between tags).
/// </remarks>
internal static class PerplexityServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Perplexity,
        BasePath = "",
        KeyPrefix = "pplx-",
        HasTools = false,
        CheckKey = static (request, key) => OpenAiCompatibleRules.CheckKey(request, key) is null ? null : NoKey,
        Errors = new()
        {
            Of = Words,
            Write = static (json, error) => json.WriteObject("error", () =>
            {
                json.WriteString("message", error.Message);
                json.WriteString("type", error.Type);
                json.WriteNumber("code", error.Status);
            }),
        },
        Shape = new()
        {
            Reasoning = ReasoningForm.Tags,
            RoleFirst = false,
            RoleAlways = true,
            HasMessageBesideDelta = true,
            Usage = UsagePlace.Always,
            Extras = static json =>
            {
                json.WriteStartArray("citations");
                json.WriteStringValue("https://example.com/sky");
                json.WriteEndArray();
                json.WriteStartArray("search_results");
                json.WriteStartObject();
                json.WriteString("title", "The sky");
                json.WriteString("url", "https://example.com/sky");
                json.WriteNull("date");
                json.WriteEndObject();
                json.WriteEndArray();
            },
            UsageDetails = static (json, _) =>
            {
                json.WriteString("search_context_size", "low");
                json.WriteObject("cost", () => json.WriteNumber("total_cost", 0.005));
            },
        },
        Rules =
        [
            ToolRules.None(Bad("Tool calling is not supported for this model.", "invalid_request")),
            MessageRules.Roles(["system", "user", "assistant", "tool"], (_, role) => Bad(
                $"Input should be 'system', 'user', 'assistant' or 'tool', got '{role}'", "bad_request")),
            MessageRules.Alternating(Bad(
                "After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s).")),
            MessageRules.Last(["user", "tool"], _ => Bad("Last message must have role `user` or `tool`.")),
            MessageRules.NoEmptyMessage(index => Bad($"Message at index {index} must have content.")),
            OptionRules.Formats(["text", "json_schema", "regex"], type => Bad(
                $"Invalid response_format type '{type}': must be 'json_schema' or 'regex'.", "invalid_request")),
        ],
    };

    private static OpenAiCompatibleError NoKey => new(401, "Authorization Required")
    {
        ContentType = "text/html",
        Raw = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center>"
            + "<h1>401 Authorization Required</h1></center>\r\n<hr><center>openresty/1.25.3.1</center>\r\n</body>\r\n</html>\r\n",
    };

    private static OpenAiCompatibleError Bad(string message, string type = "invalid_message") => new(400, message, type);

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => NoKey,
        LlmErrorKind.QuotaExceeded => new(
            401,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota"),
        LlmErrorKind.RateLimited => new(
            429, "Request rate limit exceeded, please try again later.", "request_rate_limit_exceeded"),
        LlmErrorKind.ModelNotFound => Bad(
            $"Invalid model '{model}'. Permitted models can be found in the documentation at "
                + "https://docs.perplexity.ai/getting-started/models.",
            "invalid_model"),
        LlmErrorKind.ContextLengthExceeded => Bad(
            "The number of input tokens exceeds the model's maximum context length of 127072.", "context_length_exceeded"),
        LlmErrorKind.ServerError => new(500, "Internal server error.", "internal_server_error"),
        _ => null,
    };
}
