using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>A buffered answer as the one update that <see cref="ILlmProvider"/> promises.</summary>
internal static class WholeAnswer
{
    /// <summary>The router takes the response back out of the raw representation; the contents are for everybody else.</summary>
    /// <remarks>Usage stays in the response alone: as a content too it would be there twice.</remarks>
    public static ChatResponseUpdate From(ChatResponse response) => new()
    {
        Role = response.Messages.Count > 0 ? response.Messages[^1].Role : ChatRole.Assistant,
        Contents = response.Messages.Count == 1 ? response.Messages[0].Contents : [.. response.Messages.SelectMany(m => m.Contents)],
        RawRepresentation = response,
        ResponseId = response.ResponseId,
        ConversationId = response.ConversationId,
        ModelId = response.ModelId,
        CreatedAt = response.CreatedAt,
        FinishReason = response.FinishReason,
        AdditionalProperties = response.AdditionalProperties,
    };
}
