using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>Makes the response of a buffered call.</summary>
internal static class BufferedAnswer
{
    // From here on the collection weighs the answer.
    private const long LargeContent = 1 << 20;

    /// <summary>The provider's own object when it gave one and left nothing out; else one of what came.</summary>
    /// <param name="answer">A whole response, a single update or a <see cref="CollectedAnswer"/>.</param>
    /// <param name="usage">The attempt's usage.</param>
    /// <param name="info">The provider.</param>
    public static ChatResponse Of(object? answer, in TokenUsage usage, ProviderInfo info)
    {
        var whole = answer as ChatResponse;
        if (whole is not null && WholeAnswer.IsPlain(whole))
            return WholeAnswer.With(whole, usage, info.Model);
        var response = answer is ChatResponseUpdate only && IsPlain(only)
            ? Of(only)
            : Collected(answer, info.Name).ToResponse();
        response.RawRepresentation = whole?.RawRepresentation;
        response.Usage = WholeAnswer.Numbers(usage, response.Usage);
        if (string.IsNullOrEmpty(response.ModelId))
            response.ModelId = info.Model;
        return response;
    }

    /// <summary>What came so far as a collection that takes more.</summary>
    public static CollectedAnswer Collected(object? answer, string provider)
    {
        if (answer is CollectedAnswer collected)
            return collected;
        collected = new CollectedAnswer(provider);
        if (answer is ChatResponseUpdate first)
        {
            collected.Add(first);
        }
        else if (answer is ChatResponse whole)
        {
            foreach (var part in WholeAnswer.UpdatesOf(whole))
                collected.Add(part);
        }

        return collected;
    }

    /// <summary>
    /// The response of two updates, the second of which has no more to say than how the answer ended and what it took; null for any other.
    /// What a collection would make of them, without its lists.
    /// </summary>
    public static ChatResponse? TryClose(ChatResponseUpdate first, ChatResponseUpdate last, ProviderInfo info)
    {
        if (!IsPlain(first)
            || (first.Contents is [var content] && ContentSize.Of(content) > LargeContent)
            || last is not { Contents: [] or [UsageContent], AdditionalProperties: null }
            || last is not { AuthorName: null, MessageId: null, CreatedAt: null }
            || (last.Role is { } role && role != (first.Role ?? ChatRole.Assistant)))
        {
            return null;
        }

        var response = Of(first);
        response.ResponseId = last.ResponseId is { Length: > 0 } id ? id : response.ResponseId;
        response.ConversationId = last.ConversationId ?? response.ConversationId;
        response.ModelId = last.ModelId ?? response.ModelId ?? info.Model;
        response.FinishReason = last.FinishReason ?? response.FinishReason;
        response.ContinuationToken = last.ContinuationToken ?? response.ContinuationToken;
        if (last.Contents is [UsageContent usage])
            response.Usage = UsageSum.Copy(usage.Details);
        return response;
    }

    private static bool IsPlain(ChatResponseUpdate update) => update is { AdditionalProperties: null, Contents: [] or [not UsageContent] };

    private static ChatResponse Of(ChatResponseUpdate update)
    {
        // What ToChatResponse does, for the one update most custom providers yield, without its lists.
        // The list is the caller's own to change: the provider may keep that of its update, or hand it out again.
        var message = new ChatMessage(update.Role ?? ChatRole.Assistant, [.. update.Contents])
        {
            AuthorName = update.AuthorName,
            // Zero is what servers give that know no time.
            CreatedAt = update.CreatedAt > DateTimeOffset.UnixEpoch ? update.CreatedAt : null,
            MessageId = update.MessageId is { Length: > 0 } messageId ? messageId : null,
        };
        return new ChatResponse(message)
        {
            ContinuationToken = update.ContinuationToken,
            ConversationId = update.ConversationId,
            CreatedAt = update.CreatedAt,
            FinishReason = update.FinishReason,
            ModelId = update.ModelId,
            ResponseId = update.ResponseId is { Length: > 0 } responseId ? responseId : null,
        };
    }
}
