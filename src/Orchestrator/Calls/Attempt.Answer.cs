using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>The attempt's answer: what has come, whether it is committed, and what is held back until it is.</summary>
internal sealed partial class Attempt
{
    // Of a live stream a StreamedAnswer. Of a buffered call what came, as long as it is one update or one whole response; of more a CollectedAnswer.
    private object? _answer;
    private StreamedText? _text;
    private ErrorContent? _said;
    private string? _finish;
    private ReportedUsage _reported;
    private bool _isWhole;
    private bool _wentOn;

    /// <summary>Whether the answer can no longer be started over elsewhere: a live stream at its first content, any call once a tool may have run.</summary>
    public bool Committed { get; private set; }

    /// <summary>Whether a tool has run within the provider, or may be running.</summary>
    public bool ToolRan { get; private set; }

    /// <summary>Whether anything came that is neither empty text nor usage nor the words of an error.</summary>
    public bool HasContent { get; private set; }

    /// <summary>Whether the committed update is the first of several that are to be released.</summary>
    public bool HasHeld => _answer is StreamedAnswer { Held.Count: > 0 };

    /// <summary>The updates held back until now, in order; each is handed out once.</summary>
    public List<ChatResponseUpdate> TakeHeld() => Streamed().Held.TakeAll();

    /// <summary>The whole answer of a buffered call: the provider's own object when it gave one and left nothing out.</summary>
    public ChatResponse Response()
    {
        var (usage, model) = (Record.Usage, Slot.Info.Model);
        var whole = _answer as ChatResponse;
        if (whole is not null && WholeAnswer.IsPlain(whole))
            return WholeAnswer.With(whole, usage, model);
        var response = _answer is ChatResponseUpdate { AdditionalProperties: null, Contents: [] or [not UsageContent] } only ? ResponseOf(only) : Collected().ToResponse();
        response.RawRepresentation = whole?.RawRepresentation;
        response.Usage = WholeAnswer.Numbers(usage, response.Usage);
        if (string.IsNullOrEmpty(response.ModelId))
            response.ModelId = model;
        return response;
    }

    /// <summary>What has to be added to the usage that the reader of a stream was told, so that it comes to the attempt's own; null for nothing.</summary>
    public UsageDetails? UntoldUsage() => UsageSum.Missing(Streamed().Told, Record.Usage);

    /// <summary>The model that answered, where no update of a stream told it; else null.</summary>
    public string? UntoldModel() => string.IsNullOrEmpty(Streamed().Model) ? Slot.Info.Model : null;

    private static ChatResponse ResponseOf(ChatResponseUpdate update)
    {
        // What ToChatResponse does, for the one update most custom providers yield, without its lists.
        var message = new ChatMessage(update.Role ?? ChatRole.Assistant, update.Contents)
        {
            AuthorName = update.AuthorName,
            CreatedAt = update.CreatedAt,
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

    private StreamedAnswer Streamed() => (StreamedAnswer)(_answer ??= new StreamedAnswer());

    private CollectedAnswer Collected()
    {
        if (_answer is CollectedAnswer collected)
            return collected;
        collected = new CollectedAnswer(Slot.Info.Name);
        if (_answer is ChatResponseUpdate first)
            collected.Add(first);
        else if (_answer is ChatResponse whole)
            AddAll(collected, whole);
        _answer = collected;
        return collected;

        static void AddAll(CollectedAnswer collected, ChatResponse whole)
        {
            foreach (var part in WholeAnswer.UpdatesOf(whole))
                collected.Add(part);
        }
    }

    /// <summary>Takes in an update, and makes it the current one: as it is, or a copy where it says what is not for the caller.</summary>
    private void Read(ChatResponseUpdate update)
    {
        var content = false;
        if (update.RawRepresentation is ChatResponse response)
        {
            var whole = WholeAnswer.Of(response, update);
            ReadWhole(whole, ref content);
            Keep(whole, content);
            Mark(whole.FinishReason, content);
        }
        else
        {
            var closesRoute = update.RawRepresentation is RouteResult;
            // In a live stream it stays for a router around this one, which may have handed out nothing.
            if (closesRoute || (update.RawRepresentation is ReplacedText && !_call.Live))
                update = Undressed(update);
            ReadContents(update.Contents, ref content);
            if (_call.Live)
                update = Told(update);
            Keep(update, content);
            Mark(update.FinishReason, content);
            if (closesRoute)
                _reported.TakeAsShown(_call.Live ? Streamed().Told : Collected().Usage);
        }

        Current = update;
        if (content)
            OnContent();
        Committed |= (content && _call.Live) || ToolRan;
    }

    /// <summary>The update without a raw representation that is of the router's own making: the route of a router used as provider, or a text that the vendor took back.</summary>
    private ChatResponseUpdate Undressed(ChatResponseUpdate update)
    {
        var replaced = update.RawRepresentation as ReplacedText;
        update = update.Clone();
        update.RawRepresentation = null;
        if (replaced is not null)
        {
            // Nothing was handed out: the vendor's final text is the answer.
            Collected().ReplaceText(replaced.Text);
            update.FinishReason = replaced.FinishReason;
        }

        return update;
    }

    /// <summary>What comes after a finish reason belongs to a further round, as with a client that calls functions itself.</summary>
    private void Mark(ChatFinishReason? finish, bool content)
    {
        if (content)
        {
            _isWhole = false;
            _wentOn = true;
        }

        if (finish is { } mark)
        {
            _finish = mark.Value;
            _isWhole = mark != ChatFinishReason.ToolCalls;
            _wentOn = false;
        }
    }

    private void Keep(ChatResponseUpdate update, bool content)
    {
        if (_call.Live)
        {
            if (!Committed)
                Streamed().Held.Add(update, content);
        }
        else if (_answer is null)
        {
            _answer = update;
        }
        else
        {
            Collected().Add(update);
        }
    }

    /// <summary>The reader of a stream gets the response's updates; a buffered call that got nothing else gives the response itself.</summary>
    private void Keep(ChatResponse whole, bool content)
    {
        if (!_call.Live && _answer is null)
        {
            _answer = whole;
            return;
        }

        foreach (var part in WholeAnswer.UpdatesOf(whole))
        {
            if (_call.Live)
                Streamed().Held.Add(Told(part), content);
            else
                Collected().Add(part);
        }
    }

    /// <summary>Takes note of what the reader is told by an update; a copy with the total where both halves of a usage come without it.</summary>
    private ChatResponseUpdate Told(ChatResponseUpdate update)
    {
        if (update.ModelId is { } model)
            Streamed().Model = model;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not UsageContent { Details: { } details } usage)
                continue;
            if (details is { InputTokenCount: { } prompt, OutputTokenCount: { } completion, TotalTokenCount: null })
            {
                if (ReferenceEquals(contents, update.Contents))
                {
                    update = update.Clone();
                    update.Contents = contents = [.. contents];
                }

                details = UsageSum.Copy(details)!;
                details.TotalTokenCount = prompt + completion;
                contents[i] = new UsageContent(details) { AdditionalProperties = usage.AdditionalProperties, RawRepresentation = usage.RawRepresentation };
            }

            UsageSum.Add(ref Streamed().Told, details);
        }

        return update;
    }

    private void ReadWhole(ChatResponse whole, ref bool content)
    {
        _reported.Add(whole.Usage);
        // By index: the enumerator of an interface is an object.
        var messages = whole.Messages;
        for (var i = 0; i < messages.Count; i++)
            ReadContents(messages[i].Contents, ref content);
    }

    private void ReadContents(IList<AIContent> contents, ref bool content)
    {
        for (var i = 0; i < contents.Count; i++)
            content |= IsContent(contents[i]);
    }

    private bool IsContent(AIContent part)
    {
        switch (part)
        {
            case TextContent { Text: { Length: > 0 } text }:
                TextOfStream()?.Append(text);
                return true;
            case TextContent:
                return false;
            case UsageContent usage:
                _reported.Add(usage.Details);
                return false;
            case ErrorContent error:
                _said ??= error;
                return false;
            case TextReasoningContent { Text: { Length: > 0 } thought }:
                TextOfStream()?.AppendThought(thought);
                return true;
            case TextReasoningContent { ProtectedData: null }:
                return false;
            case FunctionCallContent call:
                if (TextOfStream() is { } said)
                    AppendCall(said, call);
                // The client runs the tool when it is asked for its next update.
                ToolRan |= Slot.Provider is ChatClientProvider { RunsTools: true };
                return true;
            case FunctionResultContent:
                ToolRan = true;
                return true;
            case null:
                throw new LlmException(LlmErrorKind.MalformedResponse, $"Provider '{Slot.Info.Name}' yielded null among the contents of an update.");
            default:
                return true;
        }
    }

    /// <summary>Where the text of a live stream is kept, which nobody else does; a buffered answer is there itself.</summary>
    private StreamedText? TextOfStream() => _call.Live ? _text ??= new StreamedText(Services.Counter, Slot.Info) : null;

    private void OnContent()
    {
        HasContent = true;
        if (!_streaming)
            return;
        if (_firstToken < 0)
            _firstToken = Spent(Services.Clock.Now());
        // The idle limit starts here, but only a wait can outlast it: the next one looks at the clock for both.
        _contentSinceWait = true;
    }
}
