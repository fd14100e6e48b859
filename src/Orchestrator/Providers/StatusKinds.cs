namespace Orchestrator.Providers;

/// <summary>The kind of an HTTP status, for an error whose body has no known code or text.</summary>
internal static class StatusKinds
{
    public static LlmErrorKind FromStatus(int status) => status switch
    {
        400 or 422 => LlmErrorKind.InvalidRequest,
        401 => LlmErrorKind.Authentication,
        402 => LlmErrorKind.QuotaExceeded,
        403 => LlmErrorKind.Permission,
        404 or 410 => LlmErrorKind.ModelNotFound,
        408 or 504 => LlmErrorKind.Timeout,
        413 => LlmErrorKind.ContextLengthExceeded,
        429 => LlmErrorKind.RateLimited,
        502 or 503 or 529 => LlmErrorKind.Unavailable,
        >= 500 and < 600 => LlmErrorKind.ServerError,
        // Redirects are not followed: the answer is not from the vendor's API.
        >= 300 and < 400 => LlmErrorKind.MalformedResponse,
        _ => LlmErrorKind.Unknown,
    };
}
