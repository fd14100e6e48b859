namespace Orchestrator.Wall;

/// <summary>What a scenario came to.</summary>
internal enum WallVerdict
{
    /// <summary>The caller got the complete answer, and every check holds.</summary>
    Pass,

    /// <summary>Answered, but an advisory check does not hold.</summary>
    Partial,

    /// <summary>A clear error in bounded time.</summary>
    Safe,

    /// <summary>A hang, a cut answer shown as a success, or a required check broken.</summary>
    Fail,

    /// <summary>The protocol has no such fault.</summary>
    Skipped,
}
