using System.Globalization;

namespace Orchestrator.Testing;

/// <summary>Errors in GigaChat's words: the API's have a status and a message, those of the host of tokens a code and a message.</summary>
internal static class GigaChatError
{
    public static VendorError Unauthorized => Of(401, "Unauthorized");

    public static VendorError Expired => Of(401, "Token has expired");

    // The edge of the new host says it without a status.
    public static VendorError NoUserAgent => new(403, JsonText.Of(json => json.WriteString("message", "Unauthorized")));

    public static VendorError Of(int status, string message) => new(status, JsonText.Of(json =>
    {
        json.WriteNumber("status", status);
        json.WriteString("message", message);
    }));

    public static VendorError OfToken(int status, int code, string message) => new(status, JsonText.Of(json =>
    {
        json.WriteNumber("code", code);
        json.WriteString("message", message);
    }));

    public static VendorError Invalid(string what) => Of(422, $"Invalid params: {what}");

    public static VendorError Of(LlmErrorKind kind, string? message) => kind switch
    {
        LlmErrorKind.Authentication => Of(401, message ?? "Unauthorized"),
        LlmErrorKind.Permission => Of(403, message ?? "Permission denied"),
        LlmErrorKind.QuotaExceeded => Of(402, message ?? "Payment Required"),
        LlmErrorKind.RateLimited => Of(429, message ?? "Too many requests"),
        LlmErrorKind.ModelNotFound => Of(404, message ?? "No such model"),
        LlmErrorKind.ContextLengthExceeded => Of(413, message ?? "Payload too large"),
        LlmErrorKind.InvalidRequest => Of(422, message ?? "Invalid params: repetition_penalty must be in range (0, +inf)"),
        LlmErrorKind.NotSupported => Of(422, message ?? "Requested model does not support functions"),
        LlmErrorKind.Unavailable => Of(503, message ?? "Service Unavailable"),
        LlmErrorKind.Timeout => Of(504, message ?? "Gateway Timeout"),
        _ => Of(500, message ?? "Internal Server Error"),
    };

    public static VendorError OfStatus(int status) => status switch
    {
        400 => Of(400, "Bad request"),
        401 => Unauthorized,
        402 => Of(LlmErrorKind.QuotaExceeded, null),
        403 => Of(LlmErrorKind.Permission, null),
        404 => Of(LlmErrorKind.ModelNotFound, null),
        413 => Of(LlmErrorKind.ContextLengthExceeded, null),
        422 => Of(LlmErrorKind.InvalidRequest, null),
        429 => Of(LlmErrorKind.RateLimited, null),
        502 => Of(502, "Bad Gateway"),
        503 => Of(LlmErrorKind.Unavailable, null),
        504 => Of(LlmErrorKind.Timeout, null),
        >= 500 => Of(status, "Internal Server Error"),
        _ => Of(status, string.Create(CultureInfo.InvariantCulture, $"Status {status}")),
    };
}
