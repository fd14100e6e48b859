namespace Orchestrator.Providers;

/// <summary>Maps GigaChat's errors to kinds. The token host has codes of its own; the API has a status and English
/// text.</summary>
internal static class GigaChatErrors
{
    private static readonly string[] ContextWords =
    [
        "context length", "context window", "context size", "context limit", "maximum context", "over context", "over the context",
        "exceed context", "exceeds context", "exceed the context", "exceeds the context", "exceeds the model's context", "too many tokens",
        "token limit", "tokens limit",
    ];

    /// <summary>The kind, or null to use the status.</summary>
    public static LlmErrorKind? KindOf(int status, ServerError error) => status switch
    {
        400 or 401 when IsTokenCode(error.Code) => LlmErrorKind.Authentication,
        400 or 422 when SpeaksOfContext(error.Message) => LlmErrorKind.ContextLengthExceeded,
        400 or 422 when Says(error.Message, "does not support") => LlmErrorKind.NotSupported,
        _ => null,
    };

    /// <summary>The kind of an error in an event, or in a body of status 200.</summary>
    public static LlmErrorKind KindInStream(int? status, ServerError error)
    {
        var code = status ?? (int.TryParse(error.Code, out var number) ? number : 0);
        if (code is < 400 or > 599)
            return SpeaksOfContext(error.Message) ? LlmErrorKind.ContextLengthExceeded : LlmErrorKind.ServerError;
        return KindOf(code, error) ?? ErrorTable.KindOf(code, error) ?? StatusKinds.FromStatus(code);
    }

    /// <summary>What to do about it, where the vendor's text does not say.</summary>
    public static string? AdviceFor(LlmErrorKind kind, int status, ServerError error, GigaChatScope scope, bool isReadyToken) =>
        (kind, status) switch
        {
            (LlmErrorKind.Authentication, _) when IsTokenCode(error.Code) => error.Code switch
            {
                "1" or "5" => $"The scope must be {GigaChatScopes.Expected}",
                "4" =>
                    "AuthorizationKey must be the whole authorization key of the account page: "
                    + "base64 of client id, colon and client secret",
                "6" => "The vendor does not know AuthorizationKey; make a new key on the account page",
                _ =>
                    $"AuthorizationKey belongs to another scope than {scope.Text()}; set Scope to {Others(scope)} (DiagnoseAsync finds out "
                        + "which)",
            },
            (LlmErrorKind.Authentication, _) when isReadyToken =>
                "AccessToken cannot be renewed; set a new one, or set AuthorizationKey to have tokens fetched",
            (LlmErrorKind.QuotaExceeded, _) => "The package of tokens for this model is used up; buy more or choose another model",
            (LlmErrorKind.Permission, _) when Says(error.Message, "unauthorized") =>
                "This host answers so to requests without User-Agent, which the provider sends; check whether a proxy takes it out",
            (LlmErrorKind.Permission, _) => "The tariff of the account does not hold this model or method",
            (LlmErrorKind.ModelNotFound, _) => "ListModelsAsync shows the models there are; else check BaseUrl",
            (LlmErrorKind.RateLimited, _) => $"An account of {scope.Text()} may run {scope.Concurrency()} generation(s) at a time",
            _ => null,
        };

    private static string Others(GigaChatScope scope) =>
        string.Join(" or ", GigaChatScopes.All.Where(s => s != scope).Select(s => s.Text()));

    private static bool IsTokenCode(string? code) => code is "1" or "4" or "5" or "6" or "7";

    private static bool SpeaksOfContext(string? message) => Array.Exists(ContextWords, word => Says(message, word));

    private static bool Says(string? message, string words) => message?.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;
}
