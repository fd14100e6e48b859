namespace Orchestrator;

/// <summary>A provider that a call would not ask.</summary>
public sealed record ExplainedExclusion
{
    /// <summary>Its name.</summary>
    public required string Provider { get; init; }

    /// <summary>Its model.</summary>
    public required string Model { get; init; }

    /// <summary>Why not.</summary>
    public ExclusionReason Reason { get; init; }

    /// <summary>When that ends by itself; <see langword="null"/> when it does not depend on time.</summary>
    public TimeSpan? EndsIn { get; init; }

    /// <summary>More about the reason, such as the capabilities it lacks; <see langword="null"/> when there is no more to say.</summary>
    public string? Detail { get; init; }
}
