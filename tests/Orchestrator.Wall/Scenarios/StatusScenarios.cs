namespace Orchestrator.Wall;

/// <summary>F22 to F27: what a status says, and how often it is asked for.</summary>
internal static class StatusScenarios
{
    private static readonly int[] Down = [500, 502, 503, 504, 529];

    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return AnswerScenarios.Cases("F22", "500, 502, 503, 504, 529", _ =>
                [.. Down.Select(status => new FaultCase($"{status}", Fault.Status(status), LlmErrorKind.ServerError,
                    LlmErrorKind.Unavailable, LlmErrorKind.Timeout, LlmErrorKind.RateLimited) { MostAttempts = 2 })]);
            yield return AnswerScenarios.Cases("F26", "refused for good: key, right, money", _ =>
            [
                new("key", Fault.Unauthorized(), LlmErrorKind.Authentication) { MostAttempts = 1 },
                new("right", Fault.Error(LlmErrorKind.Permission), LlmErrorKind.Permission) { MostAttempts = 1 },
                new("money", Fault.InsufficientQuota(), LlmErrorKind.QuotaExceeded) { MostAttempts = 1 },
            ]);
            yield return AnswerScenarios.Cases("F27", "no such model", _ =>
                [new("model", Fault.ModelNotFound(), LlmErrorKind.ModelNotFound) { MostAttempts = 1 }]);
        }
    }
}
