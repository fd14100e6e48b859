namespace Orchestrator.Providers;

/// <summary>
/// What servers of many makers write where they give no code, in the refusals of one request. In the order of the rows: the first that a
/// text holds decides. Only under statuses of a refusal, where the text states the reason; a limit of requests or tokens in a time is no
/// limit of the context, and has a status of its own.
/// </summary>
internal static class ErrorWords
{
    private static readonly (string Words, LlmErrorKind Kind)[] Rows =
    [
        ("credit balance is too low", LlmErrorKind.QuotaExceeded),
        ("insufficient_quota", LlmErrorKind.QuotaExceeded),
        ("insufficient balance", LlmErrorKind.QuotaExceeded),
        ("account is in arrears", LlmErrorKind.QuotaExceeded),
        ("overdue payment", LlmErrorKind.QuotaExceeded),
        ("API key not valid", LlmErrorKind.Authentication),
        ("incorrect API key", LlmErrorKind.Authentication),
        ("invalid API key", LlmErrorKind.Authentication),
        ("API key expired", LlmErrorKind.Authentication),
        ("content management policy", LlmErrorKind.ContentFiltered),
        ("content_filter", LlmErrorKind.ContentFiltered),
        ("inappropriate content", LlmErrorKind.ContentFiltered),
        ("is not a valid model ID", LlmErrorKind.ModelNotFound),
        ("invalid model_uri", LlmErrorKind.ModelNotFound),
        ("model not exist", LlmErrorKind.ModelNotFound),
        ("has been decommissioned", LlmErrorKind.ModelNotFound),
        ("maximum context length", LlmErrorKind.ContextLengthExceeded),
        ("context_length", LlmErrorKind.ContextLengthExceeded),
        ("model's context length", LlmErrorKind.ContextLengthExceeded),
        ("exceeds the available context", LlmErrorKind.ContextLengthExceeded),
        ("exceeds the context", LlmErrorKind.ContextLengthExceeded),
        ("exceed the context", LlmErrorKind.ContextLengthExceeded),
        ("exceed context limit", LlmErrorKind.ContextLengthExceeded),
        ("exceeds context window", LlmErrorKind.ContextLengthExceeded),
        ("context the overflows", LlmErrorKind.ContextLengthExceeded),
        ("context overflows", LlmErrorKind.ContextLengthExceeded),
        ("max context size", LlmErrorKind.ContextLengthExceeded),
        ("maximum prompt length", LlmErrorKind.ContextLengthExceeded),
        ("prompt is too long", LlmErrorKind.ContextLengthExceeded),
        ("input is too long", LlmErrorKind.ContextLengthExceeded),
        ("input length exceeds", LlmErrorKind.ContextLengthExceeded),
        ("exceeds the maximum number of tokens", LlmErrorKind.ContextLengthExceeded),
        ("exceeded model token limit", LlmErrorKind.ContextLengthExceeded),
        ("range of input length should be", LlmErrorKind.ContextLengthExceeded),
        ("reduce the length of the", LlmErrorKind.ContextLengthExceeded),
        ("reduce the length of your", LlmErrorKind.ContextLengthExceeded),
        ("max_new_tokens` must be <=", LlmErrorKind.ContextLengthExceeded),
        ("`inputs` must have less than", LlmErrorKind.ContextLengthExceeded),
        ("too large for model", LlmErrorKind.ContextLengthExceeded),
        ("too many tokens", LlmErrorKind.ContextLengthExceeded),
        ("tool choice requires", LlmErrorKind.NotSupported),
        ("does not support", LlmErrorKind.NotSupported),
        ("doesn't support", LlmErrorKind.NotSupported),
        ("system role not supported", LlmErrorKind.NotSupported),
        ("failed to call a function", LlmErrorKind.ServerError),
        ("failed to generate json", LlmErrorKind.ServerError),
    ];

    // A limit in a time under the status of a wrong request, as some gateways send it.
    private static readonly string[] InATime = ["per minute", "per second", "per day", "per hour", "rate limit"];

    /// <summary>The kind that a text states; null for none.</summary>
    public static LlmErrorKind? KindOf(int status, string? message)
    {
        if (message is null || status is not (400 or 402 or 403 or 404 or 413 or 422 or 429))
            return null;
        foreach (var (words, kind) in Rows)
        {
            if (message.Contains(words, StringComparison.OrdinalIgnoreCase) && Fits(kind, status, message))
                return kind;
        }

        return null;
    }

    private static bool Fits(LlmErrorKind kind, int status, string message) => kind switch
    {
        LlmErrorKind.ContextLengthExceeded => status is not (402 or 404) && !RequestWords.Says(message, InATime),
        LlmErrorKind.NotSupported or LlmErrorKind.ServerError => status is 400 or 404 or 422,
        LlmErrorKind.ModelNotFound => status is 400 or 404 or 422,
        _ => status != 404,
    };
}
