namespace Orchestrator;

/// <summary>How a write to a connection ended.</summary>
internal enum SendOutcome
{
    Done,
    Blocked,
    Broken,
}
