using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// The updates of an answer that are kept until it is handed out. Joined ones take the room of their text, not of an update for each token: what
/// <see cref="ChatResponseExtensions.ToChatResponse(IEnumerable{ChatResponseUpdate})"/> makes of them is the same. For one thread at a time; a struct, for every call has one, so not to be copied.
/// </summary>
internal struct HeldUpdates
{
    private List<ChatResponseUpdate>? _updates;

    // The text of the last update and of those that went on with it; null while nothing has.
    private StringBuilder? _run;

    /// <summary>How many updates there are; joined ones are one.</summary>
    public readonly int Count => _updates?.Count ?? 0;

    /// <summary>The updates in order.</summary>
    public List<ChatResponseUpdate> All()
    {
        EndRun();
        return _updates ?? [];
    }

    /// <summary>Keeps an update as it is.</summary>
    public void Add(ChatResponseUpdate update)
    {
        EndRun();
        (_updates ??= []).Add(update);
    }

    /// <summary>Keeps the text of an update that only goes on with what the last one says, and any other update as it is.</summary>
    public void Join(ChatResponseUpdate update)
    {
        if (_updates is not [.., var last] || PlainContent(last) is not { } begun || PlainContent(update) is not { } next
            || begun.GetType() != next.GetType() || !IsOfOneMessage(last, update))
        {
            Add(update);
            return;
        }

        (_run ??= new StringBuilder(TextOf(begun))).Append(TextOf(next));
    }

    private void EndRun()
    {
        if (_run is not { } run)
            return;
        _run = null;
        // The provider may still hold the update it gave.
        var joined = _updates![^1].Clone();
        var text = run.ToString();
        joined.Contents = [PlainContent(joined) is TextReasoningContent ? new TextReasoningContent(text) : new TextContent(text)];
        _updates[^1] = joined;
    }

    /// <summary>The only content of an update that says nothing but a text or a thought; null when there is anything else to it.</summary>
    private static AIContent? PlainContent(ChatResponseUpdate update) =>
        update is { Contents: [var content], FinishReason: null, AdditionalProperties: null, RawRepresentation: null, ContinuationToken: null }
        && content is { AdditionalProperties: null, RawRepresentation: null, Annotations: null }
        && (content.GetType() == typeof(TextContent) || (content.GetType() == typeof(TextReasoningContent) && content is TextReasoningContent { ProtectedData: null }))
            ? content
            : null;

    private static string TextOf(AIContent content) => content is TextReasoningContent thought ? thought.Text : ((TextContent)content).Text;

    private static bool IsOfOneMessage(ChatResponseUpdate one, ChatResponseUpdate other) =>
        one.Role == other.Role
        && one.CreatedAt == other.CreatedAt
        && one.MessageId == other.MessageId
        && one.ResponseId == other.ResponseId
        && one.ModelId == other.ModelId
        && one.AuthorName == other.AuthorName
        && one.ConversationId == other.ConversationId;
}
