using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>A buffered answer as the one update that <see cref="ILlmProvider"/> promises, and as what the router makes of that.</summary>
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

    /// <summary>The response that an update carries, with what only the update says: the response itself when that is nothing.</summary>
    public static ChatResponse Of(ChatResponse response, ChatResponseUpdate update)
    {
        var contents = update.Contents;
        UsageDetails? usage = null;
        var says = false;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is UsageContent told)
                UsageSum.Add(ref usage, told.Details);
            else
                says = true;
        }

        var addsUsage = usage is not null && response.Usage is null;
        var addsMessage = says && response.Messages.Count == 0;
        if (!addsUsage && !addsMessage
            && (update.FinishReason is null || response.FinishReason is not null)
            && (update.ModelId is null || response.ModelId is not null)
            && (update.ResponseId is null || response.ResponseId is not null)
            && (update.ConversationId is null || response.ConversationId is not null)
            && (update.CreatedAt is null || response.CreatedAt is not null))
        {
            return response;
        }

        var whole = CopyOf(response);
        whole.FinishReason ??= update.FinishReason;
        whole.ModelId ??= update.ModelId;
        whole.ResponseId ??= update.ResponseId;
        whole.ConversationId ??= update.ConversationId;
        whole.CreatedAt ??= update.CreatedAt;
        if (addsUsage)
            whole.Usage = usage;
        if (addsMessage)
        {
            whole.Messages = [new ChatMessage(update.Role ?? ChatRole.Assistant, [.. contents.Where(c => c is not UsageContent)])
            {
                AuthorName = update.AuthorName,
                CreatedAt = update.CreatedAt,
                MessageId = update.MessageId,
            }];
        }

        return whole;
    }

    /// <summary>The updates that make this response again when they are collected.</summary>
    public static List<ChatResponseUpdate> UpdatesOf(ChatResponse response)
    {
        var updates = new List<ChatResponseUpdate>(response.Messages.Count + 1);
        foreach (var message in response.Messages)
        {
            updates.Add(new ChatResponseUpdate
            {
                AdditionalProperties = message.AdditionalProperties,
                AuthorName = message.AuthorName,
                Contents = message.Contents,
                ConversationId = response.ConversationId,
                CreatedAt = message.CreatedAt ?? response.CreatedAt,
                FinishReason = response.FinishReason,
                MessageId = message.MessageId,
                ModelId = response.ModelId,
                RawRepresentation = message.RawRepresentation,
                ResponseId = response.ResponseId,
                Role = message.Role,
            });
        }

        if (updates.Count == 0 || response.Usage is not null || response.AdditionalProperties is not null
            || response.ContinuationToken is not null)
        {
            updates.Add(new ChatResponseUpdate
            {
                AdditionalProperties = response.AdditionalProperties,
                Contents = response.Usage is { } usage ? [new UsageContent(usage)] : [],
                ContinuationToken = response.ContinuationToken,
                ConversationId = response.ConversationId,
                CreatedAt = response.CreatedAt,
                FinishReason = response.FinishReason,
                ModelId = response.ModelId,
                ResponseId = response.ResponseId,
            });
        }

        return updates;
    }

    /// <summary>Whether collecting its updates would make the very same response: then it can be handed out as it is.</summary>
    public static bool IsPlain(ChatResponse response)
    {
        var messages = response.Messages;
        if (messages.Count == 0 || response.ResponseId is { Length: 0 })
            return false;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.MessageId is { Length: 0 } || message.AuthorName is { Length: 0 }
                || (message.CreatedAt is { } at && at != response.CreatedAt && (i == 0 || response.CreatedAt is null))
                    || (i > 0 && IsOne(messages[i - 1], message)) || !IsPlain(message.Contents))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The response with these numbers and at least this model; the response itself when it says so already.</summary>
    public static ChatResponse With(ChatResponse response, TokenUsage usage, string model)
    {
        var needsModel = string.IsNullOrEmpty(response.ModelId);
        if (!needsModel && Says(response.Usage, usage))
            return response;
        var whole = CopyOf(response);
        if (needsModel)
            whole.ModelId = model;
        if (!Says(response.Usage, usage))
            whole.Usage = Numbers(usage, UsageSum.Copy(response.Usage));
        return whole;
    }

    /// <summary>The attempt's numbers in the vocabulary of the response; what the vendor said besides is kept.</summary>
    public static UsageDetails Numbers(TokenUsage usage, UsageDetails? reported)
    {
        var details = usage.ToDetails(reported);
        details.TotalTokenCount = usage.TotalTokens;
        if ((details.CachedInputTokenCount ?? 0) != usage.CachedTokens)
            details.CachedInputTokenCount = usage.CachedTokens;
        if ((details.ReasoningTokenCount ?? 0) != usage.ReasoningTokens)
            details.ReasoningTokenCount = usage.ReasoningTokens;
        return details;
    }

    private static bool Says(UsageDetails? details, TokenUsage usage) =>
        details is not null
        && details.InputTokenCount == usage.PromptTokens
        && details.OutputTokenCount == usage.CompletionTokens
        && details.TotalTokenCount == usage.TotalTokens
        && (details.CachedInputTokenCount ?? 0) == usage.CachedTokens
        && (details.ReasoningTokenCount ?? 0) == usage.ReasoningTokens;

    private static ChatResponse CopyOf(ChatResponse response) => new(response.Messages)
    {
        AdditionalProperties = response.AdditionalProperties,
        ContinuationToken = response.ContinuationToken,
        ConversationId = response.ConversationId,
        CreatedAt = response.CreatedAt,
        FinishReason = response.FinishReason,
        ModelId = response.ModelId,
        RawRepresentation = response.RawRepresentation,
        ResponseId = response.ResponseId,
        Usage = response.Usage,
    };

    /// <summary>Whether a stream could not tell where the first message ends.</summary>
    private static bool IsOne(ChatMessage one, ChatMessage other) =>
        one.Role == other.Role
        && (one.MessageId is null || other.MessageId is null || one.MessageId == other.MessageId)
        && (one.AuthorName is null || other.AuthorName is null || one.AuthorName == other.AuthorName);

    /// <summary>Whether collecting these contents would leave them as they are.</summary>
    public static bool IsPlain(IList<AIContent> contents)
    {
        for (var i = 0; i < contents.Count; i++)
        {
            // Collecting a stream joins neighbours of a kind.
            if (contents[i] is UsageContent or CodeInterpreterToolCallContent or CodeInterpreterToolResultContent
                    or ImageGenerationToolResultContent or WebSearchToolCallContent
                || (i > 0 && contents[i].GetType() == contents[i - 1].GetType()
                    && contents[i] is (TextContent or TextReasoningContent or DataContent)))
            {
                return false;
            }
        }

        return true;
    }
}
