namespace Orchestrator.BadLuck;

/// <summary>What a call may take, as far as it has come.</summary>
internal sealed class WaitExplained
{
    /// <summary>The work that stood before it whenever it could begin to wait.</summary>
    public TimeSpan Work { get; set; }

    /// <summary>Its own requests and the waits before its retries.</summary>
    public TimeSpan Own { get; set; }

    /// <summary>Until when it may pause before a retry: who comes until then is before it in the line.</summary>
    public TimeSpan PausesUntil { get; set; }
}
