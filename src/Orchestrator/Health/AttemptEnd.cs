namespace Orchestrator;

/// <summary>What the end of an attempt changed at its provider.</summary>
[Flags]
internal enum AttemptEnd : byte
{
    None = 0,

    /// <summary>That was the last use of the provider: the caller closes it.</summary>
    Unused = 1,

    /// <summary>The attempt ejected the provider, or was a trial that failed: it is not retried there.</summary>
    Ejected = 2,
}
