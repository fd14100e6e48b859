namespace Orchestrator;

/// <summary>What a call waits for at one provider.</summary>
internal enum WaitFor : byte
{
    /// <summary>A permit: the provider is full.</summary>
    Permit,

    /// <summary>A permit, though the provider is ejected: no other is left to ask.</summary>
    PermitAnyway,

    /// <summary>That the provider comes back, as it is ejected or excluded, or has a permit free, as its line has no room: the call waits
    /// for a permit elsewhere meanwhile.</summary>
    Availability,
}
