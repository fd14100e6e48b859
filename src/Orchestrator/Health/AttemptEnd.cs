namespace Orchestrator;

/// <summary>What the end of an attempt brought about.</summary>
[Flags]
internal enum AttemptEnd : byte
{
    None = 0,

    /// <summary>The provider is not used any more: the caller closes it.</summary>
    Unused = 1,

    /// <summary>It ejected the provider, or was the trial that kept it ejected: no reason to ask there again at once.</summary>
    Ejected = 2,
}
