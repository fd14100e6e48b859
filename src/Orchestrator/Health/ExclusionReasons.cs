namespace Orchestrator;

/// <summary>The reason of exclusion that stands for each kind of error. The only place that maps one to the other.</summary>
internal static class ExclusionReasons
{
    public static ExclusionReason Of(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.RateLimited => ExclusionReason.RateLimited,
        LlmErrorKind.Authentication => ExclusionReason.Authentication,
        LlmErrorKind.Permission => ExclusionReason.Permission,
        LlmErrorKind.QuotaExceeded => ExclusionReason.QuotaExceeded,
        LlmErrorKind.ModelNotFound => ExclusionReason.ModelNotFound,
        _ => ExclusionReason.Error,
    };
}
