namespace Orchestrator;

/// <summary>What a call waits for at one provider.</summary>
internal enum WaitFor : byte
{
    /// <summary>A permit: the provider is full.</summary>
    Permit,

    /// <summary>A permit, though the provider is ejected: no other is left to ask.</summary>
    PermitAnyway,

    /// <summary>That the provider comes back: it is ejected or excluded, and the call waits for a permit elsewhere meanwhile.</summary>
    Availability,
}
