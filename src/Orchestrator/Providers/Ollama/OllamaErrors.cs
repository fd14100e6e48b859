namespace Orchestrator.Providers;

/// <summary>What Ollama means by its errors: it has no codes, only a status and English text.</summary>
internal static class OllamaErrors
{
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

    /// <summary>The kind of an error line under status 200: the model was running, so the server failed.</summary>
    public static LlmErrorKind KindInStream(string? message) =>
        Says(message, "context length") ? LlmErrorKind.ContextLengthExceeded
        : Says(message, "server busy") ? LlmErrorKind.Unavailable
        : LlmErrorKind.ServerError;

    private static bool Says(string? message, string words) => message?.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;
}
