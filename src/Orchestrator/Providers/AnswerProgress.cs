using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// The raw representation of an update without content that stands for an event which moved the answer and gave nothing to hand out: a
/// piece of a tool call's arguments, or text that is held back. The router restarts the first-token limit and the idle limit, and drops
/// it.
/// </summary>
internal sealed class AnswerProgress
{
    private static readonly AnswerProgress Mark = new();

    private AnswerProgress()
    {
    }

    /// <summary>A new update of this kind. One for each answer, never shared by two: code around the provider may change it.</summary>
    public static ChatResponseUpdate NewUpdate() => new() { RawRepresentation = Mark };

    /// <summary>Whether an update is nothing but progress. Code around the provider may have added content to it.</summary>
    public static bool Is(ChatResponseUpdate update) => update.RawRepresentation is AnswerProgress && update.Contents.Count == 0;
}
