namespace Orchestrator.Testing;

/// <summary>Where an answer reports its tokens: servers differ.</summary>
public enum UsageForm
{
    /// <summary>As the vendor's own server does, on request where it must be requested.</summary>
    AsAsked,

    /// <summary>Never, even when asked.</summary>
    Omitted,

    /// <summary>In an event of its own at the end, though the request did not ask for it.</summary>
    Unasked,

    /// <summary>On the event with the finish reason.</summary>
    OnFinish,

    /// <summary>A running total on every event.</summary>
    EveryEvent,

    /// <summary>The tokens of the answer only, as from servers that leave the prompt's out when it was cached.</summary>
    WithoutPrompt,
}
