namespace Orchestrator.Providers;

/// <summary>What Ollama means by its errors: it has no codes, only a status and English text.</summary>
internal static class OllamaErrors
{
    /// <summary>The kind, or null to go by the status alone.</summary>
    public static LlmErrorKind? KindOf(int status, string? message) => status switch
    {
        400 => WordedErrors.OfBadRequest(message),
        // A model that does not fit into memory does not fit in a second either.
        500 when WordedErrors.Says(message, "requires more system memory") => LlmErrorKind.Unavailable,
        499 => LlmErrorKind.Unavailable,
        _ => null,
    };

    /// <summary>The kind of an error line under status 200.</summary>
    public static LlmErrorKind KindInStream(string? message) => WordedErrors.InStream(message);
}
