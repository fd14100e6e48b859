using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>An error as OpenAI would say it; written in the words and shape of a dialect.</summary>
internal sealed record OpenAiCompatibleError(
    int Status, string Message, string Type = "invalid_request_error", string? Param = null, string? Code = null)
{
    private const string Overlong = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. "
        + "Please reduce the length of the messages.";

    public static OpenAiCompatibleError Of(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(
            401,
            "Incorrect API key provided: sk-fake****cret. You can find your API key at https://platform.openai.com/account/api-keys.",
            Code: "invalid_api_key"),
        LlmErrorKind.Permission => new(
            403, "Country, region, or territory not supported", "request_forbidden", null, "unsupported_country_region_territory"),
        LlmErrorKind.QuotaExceeded => new(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            null,
            "insufficient_quota"),
        LlmErrorKind.RateLimited => new(
            429,
            // The vendor goes on with "Please try again in 20s." Here the header alone tells a wait, if the test sets one.
            $"Rate limit reached for {model} in organization org-fake on requests per min (RPM): Limit 3, Used 3, Requested 1.",
            "requests",
            null,
            "rate_limit_exceeded"),
        LlmErrorKind.ModelNotFound => new(
            404, $"The model `{model}` does not exist or you do not have access to it.", Code: "model_not_found"),
        LlmErrorKind.ContextLengthExceeded => new(400, Overlong, Param: "messages", Code: "context_length_exceeded"),
        LlmErrorKind.ContentFiltered => new(
            400, "Your request was rejected as a result of our safety system.", Code: "content_policy_violation"),
        LlmErrorKind.InvalidRequest => new(
            400,
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
            Param: "temperature",
            Code: "decimal_above_max_value"),
        LlmErrorKind.Unavailable => new(
            503, "The server is overloaded or not ready yet.", "service_unavailable_error", null, "server_is_overloaded"),
        LlmErrorKind.Timeout => new(504, "The request timed out.", "timeout"),
        _ => new(500, "The server had an error while processing your request. Sorry about that!", "server_error"),
    };

    public static OpenAiCompatibleError Of(int status, string model) => status switch
    {
        401 => Of(LlmErrorKind.Authentication, model),
        402 => new(402, "Insufficient credits. Add more to continue.", "insufficient_credits"),
        403 => Of(LlmErrorKind.Permission, model),
        404 => Of(LlmErrorKind.ModelNotFound, model),
        408 => new(408, "Request timed out.", "timeout"),
        413 => new(413, "Request too large.", "invalid_request_error"),
        422 => new(422, "Unprocessable request.", "invalid_request_error"),
        429 => Of(LlmErrorKind.RateLimited, model),
        502 => new(502, "Bad gateway.", "server_error"),
        503 => Of(LlmErrorKind.Unavailable, model),
        504 => Of(LlmErrorKind.Timeout, model),
        529 => new(529, "Overloaded", "overloaded_error"),
        >= 500 => Of(LlmErrorKind.ServerError, model) with { Status = status },
        _ => Of(LlmErrorKind.InvalidRequest, model) with { Status = status },
    };

    // OpenRouter has a status for an empty purse.
    public VendorError In(OpenAiDialect dialect) =>
        new(dialect == OpenAiDialect.OpenRouter && Code == "insufficient_quota" ? 402 : Status, Body(dialect));

    public string Body(OpenAiDialect dialect) => JsonText.Of(json =>
    {
        switch (dialect)
        {
            case OpenAiDialect.LmStudio:
                json.WriteString("error", Message);
                break;
            case OpenAiDialect.FastApi:
                json.WriteString("detail", Message);
                break;
            case OpenAiDialect.VllmFlat:
                json.WriteString("object", "error");
                WriteVllm(json);
                break;
            default:
                WriteInside(json, dialect);
                break;
        }
    });

    /// <summary>The error property, as streams hold it too.</summary>
    public void WriteInside(Utf8JsonWriter json, OpenAiDialect dialect) => json.WriteObject("error", () =>
    {
        switch (dialect)
        {
            case OpenAiDialect.Vllm or OpenAiDialect.VllmFlat:
                WriteVllm(json);
                break;
            case OpenAiDialect.LlamaCpp:
                WriteLlama(json);
                break;
            case OpenAiDialect.OpenRouter:
                json.WriteString("message", Message);
                json.WriteNumber("code", Code == "insufficient_quota" ? 402 : Status);
                json.WriteObject("metadata", () => json.WriteString("provider_name", "Fake"));
                break;
            default:
                json.WriteString("message", Message);
                json.WriteString("type", Type);
                json.WriteStringOrNull("param", Param);
                json.WriteStringOrNull("code", Code);
                break;
        }
    });

    private void WriteVllm(Utf8JsonWriter json)
    {
        json.WriteString("message", Message);
        json.WriteString("type", Status switch
        {
            401 => "Unauthorized",
            404 => "NotFoundError",
            429 => "RateLimitError",
            >= 500 => "InternalServerError",
            _ => "BadRequestError",
        });
        json.WriteNull("param");
        json.WriteNumber("code", Status);
    }

    private void WriteLlama(Utf8JsonWriter json)
    {
        json.WriteNumber("code", Status);
        if (Code == "context_length_exceeded")
        {
            json.WriteString("message", "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it");
            json.WriteString("type", "exceed_context_size_error");
            json.WriteNumber("n_prompt_tokens", 13392);
            json.WriteNumber("n_ctx", 8192);
            return;
        }

        json.WriteString("message", Status switch { 503 => "Loading model", 401 => "Invalid API Key", _ => Message });
        json.WriteString("type", Status switch
        {
            503 => "unavailable_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        });
    }
}
