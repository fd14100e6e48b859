using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>An error by its parts; a dialect gives it its shape.</summary>
internal sealed record OpenAiCompatibleError(
    int Status, string Message, string Type = "invalid_request_error", string? Param = null, string? Code = null)
{
    /// <summary>The whole body, of an error that has not the shape of the server's others.</summary>
    public string? Raw { get; init; }

    /// <summary>Further properties, where the vendor's errors have a place for details.</summary>
    public Action<Utf8JsonWriter>? Detail { get; init; }

    public string ContentType { get; init; } = "application/json";

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

    /// <summary>The kind whose words a status is told in; null for those that have words of their own.</summary>
    public static LlmErrorKind? KindOf(int status) => status switch
    {
        401 => LlmErrorKind.Authentication,
        403 => LlmErrorKind.Permission,
        404 => LlmErrorKind.ModelNotFound,
        429 => LlmErrorKind.RateLimited,
        503 => LlmErrorKind.Unavailable,
        504 => LlmErrorKind.Timeout,
        402 or 408 or 413 or 422 or 502 or 529 => null,
        >= 500 => LlmErrorKind.ServerError,
        _ => LlmErrorKind.InvalidRequest,
    };

    public static OpenAiCompatibleError Of(int status, string model) => status switch
    {
        402 => new(402, "Insufficient credits. Add more to continue.", "insufficient_credits"),
        408 => new(408, "Request timed out.", "timeout"),
        413 => new(413, "Request too large.", "invalid_request_error"),
        422 => new(422, "Unprocessable request.", "invalid_request_error"),
        502 => new(502, "Bad gateway.", "server_error"),
        529 => new(529, "Overloaded", "overloaded_error"),
        _ => Of(KindOf(status) ?? LlmErrorKind.ServerError, model) with { Status = status },
    };
}
