using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>An attempt's answer: what has come, whether it is committed, and what is held back until it is.</summary>
internal struct AttemptAnswer
{
    // Of a live stream a StreamedAnswer. Of a buffered call what came, as long as it is one update or one whole response; of more a
    // CollectedAnswer.
    private object? _answer;
    private StreamedText? _text;
    private ReportedUsage _reported;

    /// <summary>What its caller may hand back with a later request; null for nothing.</summary>
    public AnswerHandles? Handles { get; private set; }

    /// <summary>The error that the provider gave among its contents; null for none.</summary>
    public ErrorContent? Said { get; private set; }

    /// <summary>The last finish reason; null before the first.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>
    /// Whether the answer can no longer be started over elsewhere: a live stream at its first content, any call once a tool may have run.
    /// </summary>
    public bool Committed { get; private set; }

    /// <summary>Whether a tool has run within the provider, or may be running.</summary>
    public bool ToolRan { get; private set; }

    /// <summary>Whether anything came that is neither empty text nor usage nor the words of an error.</summary>
    public bool HasContent { get; private set; }

    /// <summary>Whether the completion mark was seen, and nothing has come after it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether content has come after the last finish reason.</summary>
    public bool WentOn { get; private set; }

    /// <summary>Whether the last update has nothing for the caller: it stands for an event that was skipped, or for progress.</summary>
    public bool HasNothing { get; private set; }

    /// <summary>Whether the last update moved the answer, with content or without.</summary>
    public bool HasMoved { get; private set; }

    public readonly bool IsRefusal => FinishReason == ChatFinishReason.ContentFilter.Value;

    public readonly AnswerStage Stage => new(HasContent, Committed);

    /// <summary>Whether the committed update is the first of several that are to be released.</summary>
    public readonly bool HasHeld => _answer is StreamedAnswer { Held.Count: > 0 };

    /// <summary>The updates held back until now, in order; each is handed out once.</summary>
    public List<ChatResponseUpdate> TakeHeld() => Streamed().Held.TakeAll();

    /// <summary>The whole answer of a buffered call.</summary>
    public readonly ChatResponse Response(in TokenUsage usage, ProviderInfo info) => BufferedAnswer.Of(_answer, usage, info);

    /// <summary>
    /// The router's own last update of a stream: no text, the route, and of usage and model what the provider's updates did not say.
    /// </summary>
    public ChatResponseUpdate ClosingUpdate(RouteResult route) => new()
    {
        Contents = UsageSum.Missing(Streamed().ShownUsage, route.Usage) is { } missing ? [new UsageContent(missing)] : [],
        ModelId = string.IsNullOrEmpty(Streamed().ShownModel) ? route.Provider.Model : null,
        RawRepresentation = route,
    };

    /// <summary>The usage that the provider reported.</summary>
    public readonly ReportedUsage Reported => _reported;

    /// <summary>What the vendor says it charges, in US dollars; null when it does not say.</summary>
    public readonly decimal? CostUsd => _reported.CostUsd;

    /// <summary>The text so far, for counting and for the error of an answer that is cut.</summary>
    public StreamedText Text(in AttemptInput input) => _text ??= AnswerText.Of(_answer, input);

    /// <summary>Gives back what the text takes.</summary>
    public readonly void DisposeText() => _text?.Dispose();

    /// <summary>
    /// Takes in an update, and replaces it by the one for the caller: itself, or a copy where it says what is not for the caller.
    /// </summary>
    /// <returns>Whether it carries content.</returns>
    public bool Read(ref ChatResponseUpdate update, in AttemptInput input)
    {
        var content = false;
        HasNothing = HasMoved = AnswerProgress.Is(update);
        if (HasNothing)
            return false;
        if (update.RawRepresentation is ChatResponse response)
        {
            var whole = WholeAnswer.Of(response, update);
            ReadWhole(whole, input, ref content);
            NoteHandles(whole.ConversationId, whole.ContinuationToken);
            Keep(whole, input, content);
            NoteFinish(whole.FinishReason, content);
        }
        else
        {
            var closesRoute = update.RawRepresentation is RouteResult;
            // In a live stream it stays for a router around this one, which may have handed out nothing.
            if (closesRoute || (update.RawRepresentation is ReplacedText && !input.Live))
                update = WithoutRaw(update, input);
            ReadContents(update.Contents, input, ref content);
            HasMoved = content || Moves(update);
            NoteHandles(update.ConversationId, update.ContinuationToken);
            if (input.Live)
                update = Streamed().Show(update);
            Keep(update, input, content);
            NoteFinish(update.FinishReason, content);
            if (closesRoute)
                _reported.TakeAsShown(input.Live ? Streamed().ShownUsage : Collected(input).Usage);
        }

        HasContent |= content;
        HasMoved |= content;
        return content;
    }

    public void SkipUpdate() => (HasNothing, HasMoved) = (true, false);

    /// <summary>Commits the answer, if the update just read does.</summary>
    public void Commit(bool content, in AttemptInput input)
    {
        Committed |= (content && input.Live) || ToolRan;
        if (Handles is { } handles && Committed && input.Live)
            handles.HandOut(input.Services.HandedOut, input.Provider.Info.Name);
    }

    private StreamedAnswer Streamed() => (StreamedAnswer)(_answer ??= new StreamedAnswer());

    private CollectedAnswer Collected(in AttemptInput input)
    {
        var collected = BufferedAnswer.Collected(_answer, input.Provider.Info.Name);
        _answer = collected;
        return collected;
    }

    /// <summary>
    /// The update without a raw representation that is of the router's own making: the route of a router used as provider, or a text that
    /// the vendor took back.
    /// </summary>
    private ChatResponseUpdate WithoutRaw(ChatResponseUpdate update, in AttemptInput input)
    {
        var replaced = update.RawRepresentation as ReplacedText;
        update = update.Clone();
        update.RawRepresentation = null;
        if (replaced is not null)
        {
            // Nothing was handed out: the vendor's final text is the answer.
            Collected(input).ReplaceText(replaced.Text);
            update.FinishReason = replaced.FinishReason;
        }

        return update;
    }

    /// <summary>What comes after a finish reason belongs to a further round, as with a client that calls functions itself.</summary>
    private void NoteFinish(ChatFinishReason? finish, bool content)
    {
        if (content)
        {
            IsWhole = false;
            WentOn = true;
        }

        if (finish is { } mark)
        {
            FinishReason = mark.Value;
            IsWhole = mark != ChatFinishReason.ToolCalls;
            WentOn = false;
        }
    }

    private void NoteHandles(string? conversation, ResponseContinuationToken? token)
    {
        if (conversation is { Length: > 0 } || token is not null)
            (Handles ??= new()).Add(conversation is { Length: > 0 } ? conversation : null, token);
    }

    private void Keep(ChatResponseUpdate update, in AttemptInput input, bool content)
    {
        if (input.Live)
        {
            if (!Committed)
                Streamed().Held.Add(update, content);
        }
        else if (_answer is null)
        {
            _answer = update;
        }
        else if (_answer is ChatResponseUpdate first && BufferedAnswer.TryClose(first, update, input.Provider.Info) is { } whole)
        {
            _answer = whole;
        }
        else
        {
            Collected(input).Add(update);
        }
    }

    /// <summary>
    /// The reader of a stream gets the response's updates; a buffered call that got nothing else gives the response itself.
    /// </summary>
    private void Keep(ChatResponse whole, in AttemptInput input, bool content)
    {
        if (!input.Live && _answer is null)
        {
            _answer = whole;
            return;
        }

        foreach (var part in WholeAnswer.UpdatesOf(whole))
        {
            if (input.Live)
                Streamed().Held.Add(Streamed().Show(part), content);
            else
                Collected(input).Add(part);
        }
    }

    private void ReadWhole(ChatResponse whole, in AttemptInput input, ref bool content)
    {
        _reported.Add(whole.Usage);
        // By index: the enumerator of an interface is an object.
        var messages = whole.Messages;
        for (var i = 0; i < messages.Count; i++)
            ReadContents(messages[i].Contents, input, ref content);
    }

    /// <summary>
    /// Whether an update without content still shows that the answer goes on: a client's own object, or anything but empty text and usage.
    /// </summary>
    private static bool Moves(ChatResponseUpdate update)
    {
        if (update.RawRepresentation is not (null or RouteResult or ReplacedText))
            return true;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is ErrorContent or { RawRepresentation: not null } and not UsageContent)
                return true;
        }

        return false;
    }

    private void ReadContents(IList<AIContent> contents, in AttemptInput input, ref bool content)
    {
        for (var i = 0; i < contents.Count; i++)
            content |= IsContent(contents[i], input);
    }

    private bool IsContent(AIContent part, in AttemptInput input)
    {
        switch (part)
        {
            case TextContent { Text: { Length: > 0 } text }:
                TextOfStream(input)?.Append(text);
                return true;
            case TextContent:
                return false;
            case UsageContent usage:
                _reported.Add(usage.Details);
                return false;
            case ErrorContent error:
                Said ??= error;
                return false;
            case TextReasoningContent { Text: { Length: > 0 } thought }:
                TextOfStream(input)?.AppendThought(thought);
                return true;
            case TextReasoningContent { ProtectedData: null }:
                return false;
            case FunctionCallContent call:
                if (TextOfStream(input) is { } said)
                    AnswerText.AppendCall(said, call, input);
                Handles ??= new();
                if (input.Live)
                    Handles.Add(call);
                // The client runs the tool when it is asked for its next update.
                ToolRan |= input.Provider.Provider is ChatClientProvider { RunsTools: true };
                return true;
            case FunctionResultContent:
                ToolRan = true;
                return true;
            case null:
                throw AttemptErrors.NullContent(input.Provider.Info.Name);
            default:
                return true;
        }
    }

    /// <summary>Where the text of a live stream is kept, for nothing else keeps it; a buffered answer is there itself.</summary>
    private StreamedText? TextOfStream(in AttemptInput input) =>
        input.Live ? _text ??= new StreamedText(input.Services.Counter, input.Provider.Info) : null;
}
