namespace Orchestrator;

/// <summary>What each error kind means for the call and for the provider's health. The table of docs/routing.md.</summary>
internal static class ErrorRules
{
    /// <summary>Whether another provider may be tried after this error.</summary>
    public static bool TriesNext(LlmErrorKind kind, RefusalAction onRefusal) => kind switch
    {
        LlmErrorKind.InvalidRequest => false,
        LlmErrorKind.ContentFiltered => onRefusal == RefusalAction.NextProvider,
        _ => true,
    };

    /// <summary>Whether the provider is to blame.</summary>
    public static bool CountsAgainstHealth(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.RateLimited
            or LlmErrorKind.ContextLengthExceeded
            or LlmErrorKind.NotSupported
            or LlmErrorKind.InvalidRequest
            or LlmErrorKind.ContentFiltered
            or LlmErrorKind.NoCandidate => false,
        _ => true,
    };
}
