namespace Orchestrator.Testing;

/// <summary>Errors in Ollama's words.</summary>
internal static class OllamaError
{
    public const string TooLong = "the prompt is longer than the context length currently available to the model; "
        + "shorten the prompt or raise the context length";

    public static VendorError Of(int status, string message) => new(status, JsonText.Of(json => json.WriteString("error", message)));

    public static VendorError NotFound(string model) => Of(404, $"model '{model}' not found");

    public static VendorError Of(LlmErrorKind kind, string? message, string model) => kind switch
    {
        LlmErrorKind.Authentication => new(401, JsonText.Of(json =>
        {
            json.WriteString("error", message ?? "unauthorized");
            json.WriteString("signin_url", "https://ollama.com/connect?name=host&key=fake");
        })),
        LlmErrorKind.Permission => Of(403, message ?? "ollama cloud is disabled: remote inference is unavailable"),
        LlmErrorKind.QuotaExceeded => Of(402, message ?? "payment required"),
        LlmErrorKind.RateLimited => Of(429, message ?? "you have reached your hourly usage limit, please upgrade to continue"),
        LlmErrorKind.ModelNotFound => Of(404, message ?? $"model '{model}' not found"),
        LlmErrorKind.ContextLengthExceeded => Of(400, message ?? TooLong),
        LlmErrorKind.InvalidRequest => Of(400, message ?? "top_logprobs must be between 0 and 20"),
        LlmErrorKind.NotSupported => Of(400, message ?? $"\"{model}\" does not support thinking"),
        LlmErrorKind.Unavailable => Of(503, message ?? "server busy, please try again.  maximum pending requests exceeded"),
        LlmErrorKind.Timeout => Of(504, message ?? "timed out waiting for the model"),
        _ => Of(500, message ?? "llama runner process has terminated: exit status 2"),
    };

    public static VendorError OfStatus(int status, string model) => status switch
    {
        401 => Of(LlmErrorKind.Authentication, null, model),
        403 => Of(LlmErrorKind.Permission, null, model),
        404 => NotFound(model),
        429 => Of(LlmErrorKind.RateLimited, null, model),
        499 => Of(499, "request canceled"),
        502 => Of(502, "bad gateway"),
        503 => Of(LlmErrorKind.Unavailable, null, model),
        >= 500 => Of(LlmErrorKind.ServerError, null, model) with { Status = status },
        _ => Of(LlmErrorKind.InvalidRequest, null, model) with { Status = status },
    };

    /// <summary>The line inside a stream: by then the model was running.</summary>
    public static string Line(LlmErrorKind kind, string? message, string model) => message is null && kind == LlmErrorKind.ServerError
        ? JsonText.Of(json => json.WriteString("error", "an error was encountered while running the model: unexpected EOF"))
        : Of(kind, message, model).Body;
}
