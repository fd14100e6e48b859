namespace Orchestrator.Providers;

/// <summary>
/// Words with which a vendor refuses one request under the status of a refused account: the prompt was flagged, no server of this model
/// does what is asked, the answer that is asked for is longer than the credit. No judgement on the provider, so they go before codes and
/// statuses.
/// </summary>
internal static class RequestWords
{
    private static readonly string[] Moderation = ["moderation", "flagged"];

    // Not the prompt, but the account that sends it: every other call is refused as well.
    private static readonly string[] FlaggedAccounts =
    [
        .. from party in new[] { "account", "organization", "organisation", "project", "workspace", "key" }
           from verb in new[] { "is", "was", "has been" }
           select $"{party} {verb} flagged",
    ];

    private static readonly string[] Unsupported = ["no endpoints found that support", "no endpoints found that can handle"];

    // A smaller request passes at once: the account has money. Not InvalidRequest, for a provider with more credit can answer; not
    // ContextLengthExceeded, for the size of its window is no help.
    private static readonly string[] TooDear = ["fewer max_tokens", "can only afford", "prompt tokens limit exceeded"];

    /// <summary>The kind; null where the words are not about the request.</summary>
    public static LlmErrorKind? KindOf(int status, ServerError error) => status switch
    {
        400 or 403 or 422 or 451 when error.IsFlagged => LlmErrorKind.ContentFiltered,
        403 when Says(error.Message, FlaggedAccounts) => LlmErrorKind.Permission,
        403 when Says(error.Message, Moderation) || Says(error.Code, Moderation) || Says(error.Type, Moderation) =>
            LlmErrorKind.ContentFiltered,
        404 when Says(error.Message, Unsupported) => LlmErrorKind.NotSupported,
        402 when Says(error.Message, TooDear) => LlmErrorKind.NotSupported,
        _ => null,
    };

    /// <summary>Whether a text has one of some words, in whatever case.</summary>
    public static bool Says(string? text, string[] words) =>
        text is not null && Array.Exists(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
