namespace Orchestrator;

/// <summary>What a check of a provider's settings found. Holds no credentials.</summary>
/// <param name="Problem">The first thing that does not hold; <see cref="ProviderProblem.None"/> when all does.</param>
/// <param name="Message">One or two sentences for people: what is wrong and what to do about it.</param>
public sealed record ProviderDiagnosis(ProviderProblem Problem, string Message)
{
    /// <summary>Whether the provider can serve.</summary>
    public bool IsValid => Problem == ProviderProblem.None;

    /// <summary>The error the service gave; <see langword="null"/> when it gave none.</summary>
    public LlmException? Error { get; init; }

    /// <summary>The problem and what to do about it, in one line.</summary>
    /// <returns><see cref="Problem"/> and <see cref="Message"/>.</returns>
    public override string ToString() => $"{Problem}: {Message}";
}
