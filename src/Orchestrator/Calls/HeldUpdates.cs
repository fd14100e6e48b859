using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// The updates of a live stream that are kept until its answer is committed. As long as they are few each stays as it is. What is more of
/// them, all saying nothing, becomes one update of our own with what they say together: usage, finish reason, ids. So a stream that never
/// begins costs no memory. For one thread at a time.
/// </summary>
internal sealed class HeldUpdates
{
    private const int MostUpdates = 64;
    private const int MostParts = 1_024;

    /// <summary>Characters or bytes that count as one part more: four million are the most that is held.</summary>
    private const int PartSize = 4_096;

    private readonly List<ChatResponseUpdate> _updates = [];
    private int _parts;
    private int _kept;
    private ChatResponseUpdate? _sum;
    private UsageDetails? _usage;
    private ErrorContent? _error;

    /// <summary>How many updates there are to be handed out.</summary>
    public int Count => _updates.Count + (_sum is null ? 0 : 1);

    /// <summary>Keeps an update.</summary>
    /// <param name="update">The update.</param>
    /// <param name="carriesContent">Whether it commits the answer: then it is handed out at once, and counts for nothing.</param>
    public void Add(ChatResponseUpdate update, bool carriesContent)
    {
        if (carriesContent)
        {
            _updates.Add(update);
            return;
        }

        _parts += PartsOf(update);
        if (_sum is null && _updates.Count < MostUpdates && _parts <= MostParts)
        {
            _updates.Add(update);
            return;
        }

        if (_sum is null)
        {
            // An object of the provider's that is held may hold all that come after it: of the kept ones only what they say is kept on.
            _sum = new ChatResponseUpdate();
            _kept = _updates.Count;
            for (var i = 0; i < _kept; i++)
                _updates[i] = Bare(_updates[i]);
        }

        AddToSum(update);
    }

    /// <summary>The updates in order, each once.</summary>
    public List<ChatResponseUpdate> TakeAll()
    {
        List<ChatResponseUpdate> all = [.. _updates];
        if (_sum is { } sum)
        {
            AIContent[] error = _error is null ? [] : [_error];
            AIContent[] usage = _usage is null ? [] : [new UsageContent(_usage)];
            sum.Contents = [.. error, .. usage];
            all.Insert(_kept, sum);
        }

        _updates.Clear();
        (_parts, _kept, _sum, _usage, _error) = (0, 0, null, null, null);
        return all;
    }

    private void AddToSum(ChatResponseUpdate update)
    {
        var sum = _sum!;
        sum.Role = update.Role ?? sum.Role;
        sum.AuthorName = update.AuthorName ?? sum.AuthorName;
        sum.MessageId = update.MessageId ?? sum.MessageId;
        sum.ResponseId = update.ResponseId ?? sum.ResponseId;
        sum.ConversationId = update.ConversationId ?? sum.ConversationId;
        sum.ModelId = update.ModelId ?? sum.ModelId;
        sum.FinishReason = update.FinishReason ?? sum.FinishReason;
        sum.ContinuationToken = update.ContinuationToken ?? sum.ContinuationToken;
        sum.CreatedAt ??= update.CreatedAt;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is UsageContent usage)
                UsageSum.Add(ref _usage, usage.Details);
            else if (contents[i] is ErrorContent error)
                _error ??= Bare(error);
        }
    }

    private static ChatResponseUpdate Bare(ChatResponseUpdate update) => new()
    {
        AuthorName = update.AuthorName,
        Contents = [.. update.Contents.Select(c => c switch
        {
            UsageContent usage => new UsageContent(UsageSum.Copy(usage.Details)!),
            ErrorContent error => Bare(error),
            TextReasoningContent => new TextReasoningContent(""),
            _ => (AIContent)new TextContent(""),
        })],
        ContinuationToken = update.ContinuationToken,
        ConversationId = update.ConversationId,
        CreatedAt = update.CreatedAt,
        FinishReason = update.FinishReason,
        MessageId = update.MessageId,
        ModelId = update.ModelId,
        ResponseId = update.ResponseId,
        Role = update.Role,
    };

    private static ErrorContent Bare(ErrorContent error) => new(error.Message) { ErrorCode = error.ErrorCode, Details = error.Details };

    private static int PartsOf(ChatResponseUpdate update)
    {
        var parts = 1 + update.Contents.Count + (update.AdditionalProperties?.Count ?? 0);
        var size = ContentSize.Of(update.RawRepresentation) + ContentSize.Of(update.AdditionalProperties);
        for (var i = 0; i < update.Contents.Count; i++)
            size += ContentSize.Of(update.Contents[i]) + ContentSize.Of(update.Contents[i].RawRepresentation);
        parts += (int)Math.Min(size / PartSize, MostParts);
        if (update.Contents is [UsageContent { Details.AdditionalCounts: { } counts }, ..])
            parts += counts.Count;
        return parts;
    }
}
