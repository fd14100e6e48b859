namespace Orchestrator.Providers;

/// <summary>What OpenAI-compatible servers mean by their errors. Codes first, status next, wording only where servers give nothing better.</summary>
internal static class OpenAiCompatibleErrors
{
    private static readonly string[] ContextWords = ["maximum context length", "context_length", "exceeds the available context", "too many tokens"];

    /// <summary>The kind, or null to go by the status alone.</summary>
    public static LlmErrorKind? KindOf(int status, ServerError error) =>
        OfCode(error.Code) ?? OfCode(error.Type) ?? (status is 400 or 413 or 422 && SpeaksOfContext(error.Message) ? LlmErrorKind.ContextLengthExceeded : null);

    /// <summary>The kind of an error inside a stream, where there is no status; some servers put one into the code.</summary>
    public static LlmErrorKind KindInStream(ServerError error)
    {
        var status = int.TryParse(error.Code, out var code) && code is >= 400 and < 600 ? code : 0;
        return ErrorTable.KindOf(status == 0 ? 400 : status, error) ?? (status == 0 ? LlmErrorKind.ServerError : StatusKinds.FromStatus(status));
    }

    private static LlmErrorKind? OfCode(string? code) => code switch
    {
        "context_length_exceeded" or "exceed_context_size_error" => LlmErrorKind.ContextLengthExceeded,
        "content_policy_violation" or "content_filter" => LlmErrorKind.ContentFiltered,
        "insufficient_quota" or "billing_hard_limit_reached" => LlmErrorKind.QuotaExceeded,
        "rate_limit_exceeded" or "rate_limit_error" => LlmErrorKind.RateLimited,
        "invalid_api_key" or "authentication_error" => LlmErrorKind.Authentication,
        "permission_error" or "unsupported_country_region_territory" => LlmErrorKind.Permission,
        "model_not_found" => LlmErrorKind.ModelNotFound,
        "server_is_overloaded" or "overloaded_error" or "unavailable_error" => LlmErrorKind.Unavailable,
        "server_error" => LlmErrorKind.ServerError,
        _ => null,
    };

    private static bool SpeaksOfContext(string? message) =>
        message is not null && Array.Exists(ContextWords, w => message.Contains(w, StringComparison.OrdinalIgnoreCase));
}
