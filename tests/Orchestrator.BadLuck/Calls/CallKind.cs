namespace Orchestrator.BadLuck;

/// <summary>What a call asks for, and what must become of it.</summary>
internal enum CallKind
{
    /// <summary>Nothing special, at any provider: succeeds.</summary>
    Good,

    /// <summary>At one provider by <c>ModelId</c>: succeeds when that one is in order.</summary>
    Pinned,

    /// <summary>The first round of a tool loop: succeeds with a tool call.</summary>
    ToolCall,

    /// <summary>The second round: succeeds at the provider that asked for the tool.</summary>
    ToolResult,

    /// <summary>The second round at a server that keeps the conversation: succeeds there when that one is in order.</summary>
    Conversation,

    /// <summary>A tool call whose arguments take fifteen seconds to arrive: succeeds, and is not asked twice.</summary>
    SlowArguments,

    /// <summary>Refused with 400 by one of the vendors: succeeds at another.</summary>
    RefusedByOne,

    /// <summary>A firewall answers with a page in the place of every vendor: <see cref="LlmErrorKind.MalformedResponse"/>.</summary>
    Firewall,

    /// <summary>Refused by moderation: <see cref="LlmErrorKind.ContentFiltered"/>, at once.</summary>
    Flagged,

    /// <summary>Cannot be written into a body: <see cref="LlmErrorKind.InvalidRequest"/>, and nothing is sent.</summary>
    Unwritable,

    /// <summary>Has a time-out of its own that is hardly ever kept: succeeds, or <see cref="LlmErrorKind.Timeout"/>.</summary>
    Tight,

    /// <summary>The caller gives up: succeeds before that, or is cancelled.</summary>
    Cancelled,
}
