namespace Orchestrator;

/// <summary>Whether an attempt may begin, and if not, why.</summary>
internal enum Admission : byte
{
    /// <summary>It is counted in.</summary>
    Begun,

    /// <summary>The provider has as many running as it may.</summary>
    Full,

    /// <summary>The provider was ejected since the plan was made, or somebody else has its trial.</summary>
    Avoided,

    /// <summary>The provider was excluded since the plan was made; or its queue is full.</summary>
    Excluded,

    /// <summary>The provider has left the list.</summary>
    Retired,
}
