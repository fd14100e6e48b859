namespace Orchestrator;

/// <summary>What a call with a request would do now: which providers would be asked in which order, which would not, and why. Holds no
/// prompt; fit for JSON.</summary>
/// <remarks>A snapshot: by the time of the call, health, permits and chance may have changed the order.</remarks>
public sealed record RouteExplanation
{
    /// <summary>The strategy that ranks the available.</summary>
    public required string Strategy { get; init; }

    /// <summary>The providers that would be asked, in that order, each only when those before it failed.</summary>
    public IReadOnlyList<ExplainedCandidate> Candidates { get; init; } = [];

    /// <summary>The providers that would not be asked.</summary>
    public IReadOnlyList<ExplainedExclusion> Excluded { get; init; } = [];

    /// <summary>Why the call would fail at once, in the words of its error; <see langword="null"/> when it would not.</summary>
    public string? Problem { get; init; }
}
