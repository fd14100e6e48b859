using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>The attempt's answer: what has come, whether it is committed, and what is held back until it is.</summary>
internal sealed partial class Attempt
{
    private const int HeldAtMost = 64;

    private HeldUpdates _held;
    private TextSoFar? _text;
    private ChatResponse? _whole;
    private ChatFinishReason? _finish;
    private ReportedUsage _reported;
    private bool _isWhole;
    private bool _wentOn;
    private UsageDetails? _withheldUsage;

    /// <summary>Whether the answer can no longer be started over elsewhere: a live stream at its first content, any call after a tool has run.</summary>
    public bool Committed { get; private set; }

    /// <summary>Whether anything came that is neither empty text nor usage.</summary>
    public bool HasContent { get; private set; }

    /// <summary>Whether the committed update is the first of several that are to be released.</summary>
    public bool HasHeld => _held.Count > 0;

    /// <summary>The updates held back until now, in order; each is handed out once.</summary>
    public List<ChatResponseUpdate> TakeHeld()
    {
        var held = _held.All();
        _held = default;
        return held;
    }

    /// <summary>The whole answer of a buffered call: the provider's own object when it gave one.</summary>
    public ChatResponse Response()
    {
        if (_whole is not null)
            return _whole.WithUsage(Record.Usage);
        var held = _held.All();
        var response = held is [var only] ? ResponseOf(only) : held.ToChatResponse();
        response.Usage = Record.Usage.ToDetails(response.Usage);
        response.ModelId ??= Slot.Info.Model;
        return response;
    }

    /// <summary>The numbers the consumer of a stream has not seen: all, when the provider reported none; what is missing; or null.</summary>
    public UsageDetails? UnseenUsage()
    {
        var usage = Record.Usage;
        if (_withheldUsage is not null || !_reported.HasAny)
            return usage.ToDetails(_withheldUsage.Copy());
        return _reported.Missing(usage);
    }

    private static ChatResponse ResponseOf(ChatResponseUpdate update)
    {
        // What ToChatResponse does, for the one update most custom providers yield, without its lists; where more is to be sorted out, it does.
        var plain = update.AdditionalProperties is null;
        foreach (var content in update.Contents)
            plain &= content is not UsageContent;
        if (!plain)
            return new[] { update }.ToChatResponse();
        var message = new ChatMessage(update.Role ?? ChatRole.Assistant, update.Contents)
        {
            AuthorName = update.AuthorName,
            CreatedAt = update.CreatedAt,
            MessageId = update.MessageId,
        };
        return new ChatResponse(message)
        {
            ConversationId = update.ConversationId,
            CreatedAt = update.CreatedAt,
            FinishReason = update.FinishReason,
            ModelId = update.ModelId,
            ResponseId = update.ResponseId,
        };
    }

    private void Read(ChatResponseUpdate update)
    {
        var content = false;
        var toolRan = false;
        if (update.RawRepresentation is ChatResponse whole)
        {
            ReadWhole(whole, ref content, ref toolRan);
            // The provider's object is the answer of a buffered call; a live stream needs its updates.
            if (_call.Live)
            {
                if (update.Contents.Count > 0 && !update.Contents.Any(c => c is UsageContent))
                    _withheldUsage = whole.Usage ?? _withheldUsage;
                foreach (var part in update.Contents.Count > 0 ? [update] : whole.ToChatResponseUpdates())
                    Hold(part);
            }
            else
            {
                _whole = whole;
            }
        }
        else
        {
            if (update.FinishReason is { } finish)
                _finish = finish;
            ReadContents(update.Contents, ref content, ref toolRan);
            if (update.RawRepresentation is RouteResult)
                _reported.TakeAsShown();
            // Beyond the cap only updates that carry nothing are dropped: keep-alives of a provider that is long in thought.
            if (!_call.Live || (!Committed && (content || _held.Count < HeldAtMost || CarriesMore(update))))
                Hold(update);
        }

        // What comes after a finish reason belongs to a further round, as with a client that calls functions itself.
        if (content)
        {
            _isWhole = false;
            _wentOn = true;
        }

        if (((update.RawRepresentation as ChatResponse)?.FinishReason ?? update.FinishReason) is { } mark)
        {
            _isWhole = mark != ChatFinishReason.ToolCalls;
            _wentOn = false;
        }

        if (content)
            OnContent();
        Committed |= (content && _call.Live) || toolRan;
    }

    private void ReadWhole(ChatResponse whole, ref bool content, ref bool toolRan)
    {
        _finish = whole.FinishReason ?? _finish;
        if (whole.Usage is { } usage)
            _reported.Add(usage);
        // By index: the enumerator of an interface is an object.
        var messages = whole.Messages;
        for (var i = 0; i < messages.Count; i++)
            ReadContents(messages[i].Contents, ref content, ref toolRan);
    }

    private void ReadContents(IList<AIContent> contents, ref bool content, ref bool toolRan)
    {
        for (var i = 0; i < contents.Count; i++)
            ReadContent(contents[i], ref content, ref toolRan);
    }

    private void ReadContent(AIContent part, ref bool content, ref bool toolRan)
    {
        switch (part)
        {
            case TextContent { Text: { Length: > 0 } text }:
                content = true;
                Said()?.Append(text);
                break;
            case TextContent:
                break;
            case UsageContent usage:
                _reported.Add(usage.Details);
                break;
            case TextReasoningContent { Text: { Length: > 0 } thought }:
                content = true;
                Said()?.AppendThought(thought);
                break;
            case TextReasoningContent { ProtectedData: null }:
                break;
            case FunctionCallContent call:
                content = true;
                if (Said() is { } said)
                    AppendCall(said, call);
                break;
            case FunctionResultContent:
                content = toolRan = true;
                break;
            case null:
                throw new LlmException(LlmErrorKind.MalformedResponse, $"Provider '{Slot.Info.Name}' yielded null among the contents of an update.");
            default:
                content = true;
                break;
        }
    }

    /// <summary>Where the text of a live stream is kept, which nobody else does; a buffered answer is in the held updates.</summary>
    private TextSoFar? Said() => _call.Live ? _text ??= new TextSoFar(_context.Counter, Slot.Info) : null;

    /// <summary>The reader of a live stream gets its updates one by one; a buffered answer needs only what they say together.</summary>
    private void Hold(ChatResponseUpdate update)
    {
        if (_call.Live)
            _held.Add(update);
        else
            _held.Join(update);
    }

    private static bool CarriesMore(ChatResponseUpdate update) => update.FinishReason is not null || update.Contents.Any(c => c is UsageContent);

    private void OnContent()
    {
        HasContent = true;
        if (!_streaming)
            return;
        if (_firstToken < 0)
            _firstToken = Spent(_context.Now());
        // The idle limit starts here, but only a wait can outlast it: the next one looks at the clock for both.
        _contentSinceWait = true;
    }
}
