namespace Orchestrator.Wall;

/// <summary>Every scenario, in the order of their numbers.</summary>
internal static class WallScenarios
{
    /// <summary>S: the faults of the public benchmark, judged pass, partial, safe or fail.</summary>
    public static IReadOnlyList<WallScenario> Public { get; } = Sorted(
        [.. RateLimitScenarios.All, .. ServerErrorScenarios.All, .. ConnectionScenarios.All, .. StreamScenarios.All,
            .. RefusalScenarios.All, OutageScenario.Scenario]);

    /// <summary>N: what it lacks. They pass or fail.</summary>
    public static IReadOnlyList<WallScenario> Own { get; } = Sorted(
        [.. ReachabilityScenarios.All, .. AnswerScenarios.All, .. CallerScenarios.All, .. HealthScenarios.All, .. OperationScenarios.All,
            RetryAfterScenario.Scenario]);

    /// <summary>F: single faults of the transport, each with its bound. They pass or fail.</summary>
    public static IReadOnlyList<WallScenario> Transport { get; } = Sorted(TransportScenarios.All);

    public static IEnumerable<WallScenario> All => Public.Concat(Own).Concat(Transport);

    public static WallScenario Named(string id) => All.First(s => s.Id == id);

    private static List<WallScenario> Sorted(IEnumerable<WallScenario> scenarios) =>
        [.. scenarios.OrderBy(s => s.Id, StringComparer.Ordinal)];
}
