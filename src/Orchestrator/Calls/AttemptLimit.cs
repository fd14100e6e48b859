namespace Orchestrator;

/// <summary>The limits of <see cref="TimeoutOptions"/> that the router itself keeps.</summary>
internal enum AttemptLimit : byte
{
    FirstToken,
    Idle,
    Attempt,
    Call,
    Stream,
}
