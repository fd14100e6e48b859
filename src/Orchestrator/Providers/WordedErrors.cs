namespace Orchestrator.Providers;

/// <summary>What servers mean that have no codes, only a status and English text.</summary>
internal static class WordedErrors
{
    // A server may say so when the answer has begun and it is too late for a status.
    private static readonly string[] LimitWords = ["usage limit", "rate limit", "too many requests"];

    /// <summary>The kind of a text under status 400, or null to go by the status alone.</summary>
    public static LlmErrorKind? OfBadRequest(string? message) =>
        Says(message, "context length") ? LlmErrorKind.ContextLengthExceeded
        : Says(message, "does not support") ? LlmErrorKind.NotSupported
        : null;

    /// <summary>The kind of an error inside a stream: there is no status that says more than its words.</summary>
    public static LlmErrorKind InStream(string? message) =>
        Says(message, "context length") ? LlmErrorKind.ContextLengthExceeded
        : Says(message, "server busy") ? LlmErrorKind.Unavailable
        : Array.Exists(LimitWords, words => Says(message, words)) ? LlmErrorKind.RateLimited
        : ErrorTable.KindOf(400, new ServerError(message, null, null)) ?? LlmErrorKind.ServerError;

    public static bool Says(string? message, string words) => message?.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;
}
