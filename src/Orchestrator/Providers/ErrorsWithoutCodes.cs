namespace Orchestrator.Providers;

/// <summary>What a server means by an error that has no code, only a status and English text.</summary>
internal static class ErrorsWithoutCodes
{
    // Said when the answer has begun and it is too late for a status.
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

    private static bool Says(string? message, string words) => message?.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;
}
