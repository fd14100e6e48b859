using System.Collections.Frozen;

namespace Orchestrator.Fuzz;

/// <summary>The names of error kinds, without a string for each input.</summary>
internal static class Outcomes
{
    private static readonly FrozenDictionary<LlmErrorKind, string> Names = Enum.GetValues<LlmErrorKind>()
        .ToFrozenDictionary(k => k, k => k.ToString());

    public static string Of(LlmErrorKind kind) => Names[kind];
}
