using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Reads answers of version 1, streamed and whole. Cuts the text at the first stop sequence, because the vendor has no such
/// option.</summary>
internal sealed partial class GigaChatAnswerReader(ProviderInfo info, StopCut? stop) : AnswerReader(info)
{
    private readonly string? _server = info.Endpoint?.AbsoluteUri;
    private readonly List<AIContent> _contents = [];
    private RepeatedText _model;
    private DateTimeOffset? _created;
    private UsageDetails? _usage;
    private string? _finish;
    private string? _state;
    private ServerError? _told;
    private SplitPair _textPair;
    private SplitPair _thoughtPair;
    private bool _saidText;
    private bool _saidThought;
    private bool _hasSaid;
    private bool _hasChoice;
    private bool _isAnswer;
    private bool _hasMoved;
    private bool _hasFailed;
    private bool _isTold;

    public override UsageDetails? UntoldUsage => _usage;

    public override ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> data, bool isError)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            if (!_hasChoice)
                throw NoChoice();
            IsComplete = IsLast = true;
            return null;
        }

        var (before, failed) = (_finish, _hasFailed);
        _contents.Clear();
        _hasMoved = false;
        try
        {
            Read(data, isError);
        }
        catch
        {
            // An event that became unreadable later may have contained it.
            (_finish, _hasFailed) = (before, failed);
            throw;
        }

        if (_hasFailed)
            return Failed();
        var finished = _finish is not null && !_isTold;
        var cut = stop is { IsCut: true };
        if (finished || cut)
        {
            AddHeld();
            AddState();
            IsComplete = true;
            // Nothing after the stop sequence is needed: closing the connection stops the generation and its cost.
            IsLast = cut;
        }

        if (_contents.Count == 0 && !finished && !cut)
            return _hasMoved ? Progress : null;
        _isTold |= finished || cut;
        return Update(finished || cut ? FinishReason() : null);
    }

    public override ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        _contents.Clear();
        Read(body, isError: false);
        AddHeld();
        RefuseFailed();
        AddState();
        IsComplete = _isAnswer && (_finish is not null || _contents.Count > 0);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, new List<AIContent>(_contents)))
        {
            ModelId = _model.Value,
            CreatedAt = _created,
            FinishReason = _finish is null && stop is not { IsCut: true } ? null : FinishReason(),
            Usage = _usage,
        };
    }

    /// <summary>Usage last, once: the event with the finish reason has it, and a cut stream may have none.</summary>
    public override ChatResponseUpdate? Finish()
    {
        RefuseFailed();
        _contents.Clear();
        AddHeld();
        AddState();
        AddUsage();
        return _contents.Count == 0 && _isTold ? null : Update(_isTold ? null : FinishReason());
    }

    /// <summary>The vendor bills a failed answer too: its usage is sent first, then <see cref="Finish"/> throws.</summary>
    private ChatResponseUpdate Failed()
    {
        IsComplete = IsLast = true;
        _contents.Clear();
        AddUsage();
        return Update(null);
    }

    private void AddUsage()
    {
        if (_usage is not null)
            _contents.Add(new UsageContent(_usage));
        _usage = null;
    }

    private ChatResponseUpdate Update(ChatFinishReason? finish) => new()
    {
        Role = ChatRole.Assistant,
        Contents = new List<AIContent>(_contents),
        ModelId = _model.Value,
        CreatedAt = _created,
        FinishReason = finish,
    };

    private void Read(ReadOnlySpan<byte> json, bool isError)
    {
        var reader = JsonRead.Reader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        var (failed, hasChoices, hasMessage) = (isError, false, false);
        int? status = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("choices"u8))
                hasChoices |= ReadChoices(ref reader);
            else if (field.SequenceEqual("usage"u8))
                _usage = GigaChatUsage.Read(ref reader) ?? _usage;
            else if (field.SequenceEqual("model"u8))
                _model.ReadNext(ref reader);
            else if (field.SequenceEqual("created"u8))
                _created = JsonRead.NextCount(ref reader) is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : _created;
            else if (field.SequenceEqual("status"u8))
                status = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("message"u8))
                hasMessage |= JsonRead.SkipNext(ref reader) == JsonTokenType.String;
            else if (field.SequenceEqual("error"u8))
                failed |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            else
                JsonRead.SkipNext(ref reader);
        }

        // The reader throws for text after the object and for an object that does not end.
        while (reader.Read())
        {
        }

        // The shape of an error inside a stream is not documented: an object with a status or a message and without choices counts as one.
        if (!failed && (hasChoices || (status is null && !hasMessage)))
        {
            // Gateways tell an error in other words, too. It counts if no choice follows.
            if (!hasChoices && !_hasChoice && ServerError.Read(json) is { IsKnown: true } told)
                _told ??= told;
            return;
        }

        var serverError = ServerError.Read(json);
        throw Reported(GigaChatErrors.KindInStream(status, serverError), serverError, serverError.Name);
    }

    private bool ReadChoices(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return false;
        var first = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // The request asks for one choice; the first is the answer.
            if (!first || !JsonRead.TryEnterObject(ref reader))
            {
                reader.Skip();
                continue;
            }

            (first, _hasChoice) = (false, true);
            ReadChoice(ref reader);
        }

        return true;
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        Utf8JsonReader message = default;
        var hasMessage = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("delta"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadMessage(ref reader, isDelta: true);
            }
            else if (field.SequenceEqual("message"u8))
            {
                reader.Read();
                message = reader;
                hasMessage = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (field.SequenceEqual("finish_reason"u8))
            {
                if (JsonRead.NextText(ref reader) is { Length: > 0 } reason)
                    _finish = reason;
            }
            else if (field.SequenceEqual("usage"u8))
            {
                _usage = GigaChatUsage.Read(ref reader) ?? _usage;
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }

        // After the deltas of the same choice, whatever their order.
        if (hasMessage)
            ReadMessage(ref message, isDelta: false);
        // An end that is not known may be a failure: it is good only with something said.
        _hasFailed |= GigaChatFinish.IsFailure(_finish) || (!_hasSaid && GigaChatFinish.Known(_finish) is null);
    }

    private void AddText(string? text)
    {
        if (text is { Length: > 0 } && (stop is null ? text : stop.Take(text)) is { Length: > 0 } shown)
            _contents.Add(new TextContent(shown));
    }

    private void AddHeld()
    {
        if (_thoughtPair.Rest() is { } thought)
            _contents.Add(new TextReasoningContent(thought));
        AddText(_textPair.Rest());
        if (stop?.Rest() is { Length: > 0 } held)
            _contents.Add(new TextContent(held));
    }
}
