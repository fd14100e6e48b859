namespace Orchestrator.Providers;

/// <summary>What Ollama means by its errors: it has no codes, only a status and English text.</summary>
internal static class OllamaErrors
{
    // Its cloud may say so when the answer has begun and it is too late for a status.
    private static readonly string[] LimitWords = ["usage limit", "rate limit", "too many requests"];

    /// <summary>The kind, or null to go by the status alone.</summary>
    public static LlmErrorKind? KindOf(int status, string? message) => status switch
    {
        400 when Says(message, "context length") => LlmErrorKind.ContextLengthExceeded,
        400 when Says(message, "does not support") => LlmErrorKind.NotSupported,
        // A model that does not fit into memory does not fit in a second either.
        500 when Says(message, "requires more system memory") => LlmErrorKind.Unavailable,
        499 => LlmErrorKind.Unavailable,
        _ => null,
    };

    /// <summary>The kind of an error line under status 200: there is no status that says more than its words.</summary>
    public static LlmErrorKind KindInStream(string? message) =>
        Says(message, "context length") ? LlmErrorKind.ContextLengthExceeded
        : Says(message, "server busy") ? LlmErrorKind.Unavailable
        : Array.Exists(LimitWords, words => Says(message, words)) ? LlmErrorKind.RateLimited
        : ErrorTable.KindOf(400, new ServerError(message, null, null)) ?? LlmErrorKind.ServerError;

    /// <summary>What an exception of OllamaSharp says; null for any other. That SDK has no status: it throws its own exceptions for HTTP
    /// 400 and for an error line, and .NET's for the rest.</summary>
    public static SdkFailure? OfSdk(Exception exception) => exception.GetType().FullName switch
    {
        "OllamaSharp.Models.Exceptions.ModelDoesNotSupportToolsException" => new(400, LlmErrorKind.NotSupported),
        "OllamaSharp.Models.Exceptions.OllamaException" => new(400, OfBadRequest(exception.Message)),
        "OllamaSharp.Models.Exceptions.ResponseError" => new(null, KindInStream(exception.Message)),
        _ => null,
    };

    private static LlmErrorKind OfBadRequest(string message) =>
        KindOf(400, message) ?? ErrorTable.KindOf(400, new(message, null, null)) ?? LlmErrorKind.InvalidRequest;

    private static bool Says(string? message, string words) => message?.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;
}
