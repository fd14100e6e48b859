using System.Collections.Frozen;

namespace Orchestrator.Providers;

/// <summary>
/// Maps error codes and texts to kinds, for errors over HTTP, errors inside a stream and exceptions of SDKs. The table of a vendor, if it
/// has one, takes precedence.
/// </summary>
internal static class ErrorTable
{
    // Codes, types and gRPC names, compared without case, '-' and '_'.
    private static readonly FrozenDictionary<string, LlmErrorKind> Names = new Dictionary<string, LlmErrorKind>
    {
        ["UNAUTHENTICATED"] = LlmErrorKind.Authentication,
        ["APIKEYINVALID"] = LlmErrorKind.Authentication,
        ["UNRECOGNIZEDCLIENTEXCEPTION"] = LlmErrorKind.Authentication,
        ["INVALIDSIGNATUREEXCEPTION"] = LlmErrorKind.Authentication,
        ["EXPIREDTOKENEXCEPTION"] = LlmErrorKind.Authentication,
        ["PERMISSIONDENIED"] = LlmErrorKind.Permission,
        ["ACCESSDENIEDEXCEPTION"] = LlmErrorKind.Permission,
        ["BILLINGERROR"] = LlmErrorKind.QuotaExceeded,
        ["ARREARAGE"] = LlmErrorKind.QuotaExceeded,
        ["BILLINGNOTACTIVE"] = LlmErrorKind.QuotaExceeded,
        ["SERVICEQUOTAEXCEEDEDEXCEPTION"] = LlmErrorKind.QuotaExceeded,
        ["NOTFOUND"] = LlmErrorKind.ModelNotFound,
        ["NOTFOUNDERROR"] = LlmErrorKind.ModelNotFound,
        ["DEPLOYMENTNOTFOUND"] = LlmErrorKind.ModelNotFound,
        ["RESOURCENOTFOUNDEXCEPTION"] = LlmErrorKind.ModelNotFound,
        ["INVALIDMODEL"] = LlmErrorKind.ModelNotFound,
        ["RESOURCEEXHAUSTED"] = LlmErrorKind.RateLimited,
        ["THROTTLINGEXCEPTION"] = LlmErrorKind.RateLimited,
        ["TOOMANYREQUESTSEXCEPTION"] = LlmErrorKind.RateLimited,
        ["REQUESTTOOLARGE"] = LlmErrorKind.ContextLengthExceeded,
        ["STRINGABOVEMAXLENGTH"] = LlmErrorKind.ContextLengthExceeded,
        ["RESPONSIBLEAIPOLICYVIOLATION"] = LlmErrorKind.ContentFiltered,
        ["MODERATIONBLOCKED"] = LlmErrorKind.ContentFiltered,
        ["DATAINSPECTIONFAILED"] = LlmErrorKind.ContentFiltered,
        ["DEADLINEEXCEEDED"] = LlmErrorKind.Timeout,
        ["TIMEOUTERROR"] = LlmErrorKind.Timeout,
        ["MODELTIMEOUTEXCEPTION"] = LlmErrorKind.Timeout,
        ["UNAVAILABLE"] = LlmErrorKind.Unavailable,
        ["SERVICEUNAVAILABLEEXCEPTION"] = LlmErrorKind.Unavailable,
        ["MODELNOTREADYEXCEPTION"] = LlmErrorKind.Unavailable,
        ["INTERNAL"] = LlmErrorKind.ServerError,
        ["APIERROR"] = LlmErrorKind.ServerError,
        ["INTERNALSERVEREXCEPTION"] = LlmErrorKind.ServerError,
        ["UNIMPLEMENTED"] = LlmErrorKind.NotSupported,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The kind, or null to use the status.</summary>
    public static LlmErrorKind? KindOf(int status, ServerError serverError) =>
        RequestWords.KindOf(status, serverError)
        ?? OfCode(serverError.Code) ?? OfCode(serverError.Type)
        ?? OfName(status, serverError.Code) ?? OfName(status, serverError.Type) ?? ErrorWords.KindOf(status, serverError.Message);

    /// <summary>The kind of an error inside a stream, which has no status, except that some servers use the status as the code.</summary>
    public static LlmErrorKind KindInStream(ServerError error)
    {
        var status = int.TryParse(error.Code, out var code) && code is >= 400 and < 600 ? code : 0;
        return KindOf(status == 0 ? 400 : status, error)
            ?? (status == 0 ? LlmErrorKind.ServerError : StatusKinds.FromStatus(status));
    }

    /// <summary>The kind of a code, a type or a gRPC name; null for an unknown one.</summary>
    public static LlmErrorKind? OfName(string? name)
    {
        if (name is not { Length: > 0 and <= 64 })
            return null;
        var plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return Names.TryGetValue(plain, out var kind) ? kind : null;
    }

    // The codes of chat completions, as most servers write them.
    private static LlmErrorKind? OfCode(string? code) => code switch
    {
        "context_length_exceeded" or "exceed_context_size_error" => LlmErrorKind.ContextLengthExceeded,
        "content_policy_violation" or "content_filter" or "data_inspection_failed" => LlmErrorKind.ContentFiltered,
        "insufficient_quota" or "billing_hard_limit_reached" or "exceeded_current_quota_error" => LlmErrorKind.QuotaExceeded,
        "rate_limit_exceeded" or "rate_limit_error" => LlmErrorKind.RateLimited,
        "invalid_api_key" or "authentication_error" => LlmErrorKind.Authentication,
        "permission_error" or "unsupported_country_region_territory" => LlmErrorKind.Permission,
        "model_not_found" or "model_decommissioned" => LlmErrorKind.ModelNotFound,
        "server_is_overloaded" or "overloaded_error" or "unavailable_error" => LlmErrorKind.Unavailable,
        // The model has failed, the request is right.
        "server_error" or "tool_use_failed" or "json_validate_failed" or "output_parse_failed" => LlmErrorKind.ServerError,
        _ => null,
    };

    // "api_error" is also the type of refusals, whose status is more precise.
    private static LlmErrorKind? OfName(int status, string? name) =>
        OfName(name) is { } kind && !(kind == LlmErrorKind.ServerError && status is >= 400 and < 500) ? kind : null;
}
