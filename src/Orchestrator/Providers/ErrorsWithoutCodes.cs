namespace Orchestrator.Providers;

/// <summary>Maps errors without a code, which have only a status and English text, to kinds.</summary>
internal static class ErrorsWithoutCodes
{
    // Sent when the answer has begun and no status can be sent.
    private static readonly string[] LimitWords = ["usage limit", "rate limit", "too many requests"];

    /// <summary>The kind, or null to use the status.</summary>
    public static LlmErrorKind? KindOf(int status, string? message) => status switch
    {
        400 when Says(message, "context length") => LlmErrorKind.ContextLengthExceeded,
        400 when Says(message, "does not support") => LlmErrorKind.NotSupported,
        // A model that does not fit into memory will not fit at a retry either.
        500 when Says(message, "requires more system memory") => LlmErrorKind.Unavailable,
        499 => LlmErrorKind.Unavailable,
        _ => null,
    };

    /// <summary>The kind of an error line under status 200, by its text alone.</summary>
    public static LlmErrorKind KindInStream(string? message) =>
        Says(message, "context length") ? LlmErrorKind.ContextLengthExceeded
        : Says(message, "server busy") ? LlmErrorKind.Unavailable
        : Array.Exists(LimitWords, words => Says(message, words)) ? LlmErrorKind.RateLimited
        : ErrorTable.KindOf(400, new ServerError(message, null, null)) ?? LlmErrorKind.ServerError;

    private static bool Says(string? message, string words) => message?.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;
}
