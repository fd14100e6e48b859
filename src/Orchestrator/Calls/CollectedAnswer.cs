using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>
/// A buffered answer that comes in several updates. Takes the room of what they say, not of an update for each token, and makes of them
/// what
/// <see cref="ChatResponseExtensions.ToChatResponse(IEnumerable{ChatResponseUpdate})"/> makes: text that goes on is one text, what belongs
/// to the response is kept once. Keeps no object of the provider's but contents. For one thread at a time.
/// </summary>
/// <param name="provider">The provider's name, for the error of an answer that is too large.</param>
internal sealed class CollectedAnswer(string provider)
{
    /// <summary>Characters and bytes of the contents, each content counting as a few hundred more: no answer is that large.</summary>
    private const long MostWeight = HttpCaps.Body;
    private const int ContentWeight = 256;

    /// <summary>What carries nothing is kept up to a number and a size, and dropped beyond them.</summary>
    private const int MostEmpty = 512;
    private const long MostEmptySize = 256 << 10;

    /// <summary>Properties of messages and response, likewise: notes beside the answer are no reason to fail it.</summary>
    private const int MostProperties = 256;
    private const long MostPropertiesSize = 1 << 20;

    /// <summary>
    /// Raw representations too. Nothing can weigh an object of a vendor's SDK, so 64 of them are kept, and more where they are known to
    /// be small.
    /// </summary>
    private const long MostRawSize = 64 * ContentSize.Opaque;

    private readonly List<ChatMessage> _messages = [];
    private readonly ChatResponse _response = new();
    private UsageDetails? _usage;
    private AIContent? _runOf;
    private StringBuilder? _run;
    private long _weight;
    private int _empty;
    private long _emptySize;
    private long _propertiesSize;
    private long _rawSize;

    /// <summary>The messages so far.</summary>
    public IReadOnlyList<ChatMessage> Messages
    {
        get
        {
            EndRun();
            return _messages;
        }
    }

    /// <summary>The usage of all updates, added up as it was reported; null for none.</summary>
    public UsageDetails? Usage => _usage;

    /// <summary>Takes an update in.</summary>
    /// <exception cref="LlmException">The answer is too large (<see cref="LlmErrorKind.MalformedResponse"/>).</exception>
    public void Add(ChatResponseUpdate update)
    {
        var message = MessageOf(update);
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
            Add(message, contents[i]);
        _response.ResponseId = update.ResponseId is { Length: > 0 } id ? id : _response.ResponseId;
        _response.ConversationId = update.ConversationId ?? _response.ConversationId;
        _response.ModelId = update.ModelId ?? _response.ModelId;
        _response.FinishReason = update.FinishReason ?? _response.FinishReason;
        _response.ContinuationToken = update.ContinuationToken ?? _response.ContinuationToken;
        if (update.CreatedAt is not null)
            _response.CreatedAt = First(_response.CreatedAt, update.CreatedAt);
        // An update that names a message has properties of that message; else of the response.
        if (update.AdditionalProperties is not { Count: > 0 } properties)
            return;
        if (update.MessageId is { Length: > 0 })
            Add(message.AdditionalProperties ??= [], properties);
        else
            Add(_response.AdditionalProperties ??= [], properties);
    }

    /// <summary>The vendor took back what it said: this is the text instead.</summary>
    public void ReplaceText(string text)
    {
        EndRun();
        ChatMessage? replaced = null;
        foreach (var message in _messages)
        {
            var contents = (List<AIContent>)message.Contents;
            if (contents.RemoveAll(c => c is TextContent) > 0)
                replaced ??= message;
        }

        if (text.Length > 0)
            (replaced ?? MessageOf(new ChatResponseUpdate())).Contents.Add(new TextContent(text));
    }

    /// <summary>The whole answer.</summary>
    public ChatResponse ToResponse()
    {
        EndRun();
        _response.Usage = _usage;
        // What else the library joins when it collects a stream, it joins here.
        _response.Messages = _messages.TrueForAll(static message => WholeAnswer.IsPlain(message.Contents))
            ? _messages
            : _messages.ConvertAll(UpdateOf).ToChatResponse().Messages;
        return _response;
    }

    /// <summary>The message that an update goes on with, or a new one.</summary>
    private ChatMessage MessageOf(ChatResponseUpdate update)
    {
        if (_messages is not [.., var message]
            || Differ(update.AuthorName, message.AuthorName)
            || Differ(update.MessageId, message.MessageId)
            || (update.Role is { } role && role != message.Role))
        {
            EndRun();
            message = New();
        }

        message.Role = update.Role ?? message.Role;
        message.AuthorName = update.AuthorName ?? message.AuthorName;
        message.MessageId = update.MessageId is { Length: > 0 } id ? id : message.MessageId;
        if (update.CreatedAt > DateTimeOffset.UnixEpoch)
            message.CreatedAt ??= update.CreatedAt;
        return message;

        static bool Differ(string? one, string? other) => one is { Length: > 0 } && other is { Length: > 0 } && one != other;
    }

    private static ChatResponseUpdate UpdateOf(ChatMessage message) => new(message.Role, message.Contents)
    {
        AdditionalProperties = message.AdditionalProperties,
        AuthorName = message.AuthorName,
        CreatedAt = message.CreatedAt,
        MessageId = message.MessageId,
    };

    private ChatMessage New()
    {
        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>(1));
        var ids = _messages is [.., var last]
            ? ContentSize.Length(last.MessageId) + ContentSize.Length(last.AuthorName) + ContentSize.Length(last.Role.Value)
            : 0;
        if (_messages is [.., { Contents.Count: 0 }])
        {
            if (!MayKeepEmpty(ids))
                _messages.RemoveAt(_messages.Count - 1);
        }
        else
        {
            Weigh(ids);
        }

        _messages.Add(message);
        return message;
    }

    private void Add(ChatMessage message, AIContent content)
    {
        if (content is UsageContent usage)
        {
            UsageSum.Add(ref _usage, usage.Details);
            return;
        }

        var text = PlainText(content);
        if (text is not null && _runOf?.GetType() == content.GetType())
        {
            Weigh(text.Length);
            (_run ??= new StringBuilder(PlainText(_runOf))).Append(text);
            return;
        }

        var (size, raw) = (ContentSize.Of(content), ContentSize.Of(content.RawRepresentation));
        if (IsEmpty(content))
        {
            if (!MayKeepEmpty(size + raw))
                return;
        }
        else
        {
            if (_rawSize + raw <= MostRawSize)
                _rawSize += raw;
            else if (IsNothingButRaw(content))
                return;
            else
                content = ContentSize.WithoutRaw(content);
            Weigh(ContentWeight + size);
        }

        EndRun();
        message.Contents.Add(content);
        _runOf = text is null ? null : content;
    }

    private static bool IsEmpty(AIContent content) =>
        content is TextContent { Text.Length: 0 } or TextReasoningContent { Text.Length: 0, ProtectedData: null } or ErrorContent
        || (content.RawRepresentation is null && IsNothingButRaw(content));

    private static bool IsNothingButRaw(AIContent content) =>
        content.GetType() == typeof(AIContent) && content is { AdditionalProperties: null, Annotations: null };

    private bool MayKeepEmpty(long size)
    {
        if (++_empty > MostEmpty || _emptySize + size > MostEmptySize)
            return false;
        _emptySize += size;
        return true;
    }

    /// <summary>The first moment that is one: a zero is what servers give that know none.</summary>
    private static DateTimeOffset? First(DateTimeOffset? one, DateTimeOffset? next) =>
        one is { } known && known > DateTimeOffset.UnixEpoch ? one : next ?? one;

    private void Add(AdditionalPropertiesDictionary all, AdditionalPropertiesDictionary properties)
    {
        foreach (var (name, value) in properties)
        {
            var isKnown = all.TryGetValue(name, out var before);
            var more = ContentSize.Of(value) + (isKnown ? -ContentSize.Of(before) : name.Length);
            if ((!isKnown && all.Count >= MostProperties) || (more > 0 && _propertiesSize + more > MostPropertiesSize))
                continue;
            all[name] = value;
            _propertiesSize += more;
        }
    }

    private void EndRun()
    {
        if (_run is { } run)
        {
            // The provider may still hold the content it gave.
            var text = run.ToString();
            _messages[^1].Contents[^1] = _runOf is TextReasoningContent ? new TextReasoningContent(text) : new TextContent(text);
        }

        (_run, _runOf) = (null, null);
    }

    private void Weigh(long weight)
    {
        _weight += weight;
        if (_weight > MostWeight)
        {
            throw new LlmException(
                LlmErrorKind.MalformedResponse,
                $"Provider '{provider}' gave an answer that is too large: more than {MostWeight >> 20} Mi characters or bytes. "
                + "Check the provider; a stream has no such bound.");
        }
    }

    /// <summary>The text of a content that is nothing but text or thought; null when there is more to it.</summary>
    private static string? PlainText(AIContent content) =>
        content is not { AdditionalProperties: null, Annotations: null } ? null
        : content.GetType() == typeof(TextContent) ? ((TextContent)content).Text
        : content.GetType() == typeof(TextReasoningContent) && content is TextReasoningContent { ProtectedData: null } thought
            ? thought.Text
        : null;
}
