using Microsoft.Extensions.AI;

namespace Orchestrator.BadLuck;

/// <summary>How a call ended.</summary>
/// <param name="Text">The text of the answer; null without one.</param>
/// <param name="Messages">The messages of the answer.</param>
/// <param name="Conversation">The conversation that the vendor's server keeps; null for none.</param>
/// <param name="Error">What it threw; null when it was answered.</param>
internal sealed record CallEnd(string? Text, IReadOnlyList<ChatMessage> Messages, string? Conversation, Exception? Error)
{
    public bool IsAnswered => Error is null;

    public LlmErrorKind? Kind => (Error as LlmException)?.Kind;

    public bool HasToolCall => Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Any();
}
