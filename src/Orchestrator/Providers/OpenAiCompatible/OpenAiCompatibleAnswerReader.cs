using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Reads chat completions, streamed and whole, with one pass over the bytes and no object per event but the update itself. The shapes
/// differ by server: usage on any event or none, empty choices, null content, tool calls in parts, errors inside the stream.
/// </summary>
internal sealed partial class OpenAiCompatibleAnswerReader(ProviderInfo info) : AnswerReader(info)
{
    private readonly OpenAiCompatibleMessageReader _message = new(info);
    private RepeatedText _id;
    private RepeatedText _model;
    private UsageDetails? _usage;
    private ChatFinishReason? _finish;
    private string? _failedEnd;
    private bool _hasChoice;
    private bool _hasDelta;
    private bool _isWhole;
    private bool _failed;
    private Range? _choiceError;
    private LlmException? _told;
    private LlmException? _pending;

    public override UsageDetails? UntoldUsage => _usage;

    public override ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> data, bool isError)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            IsComplete = IsLast = true;
            return null;
        }

        var before = _finish;
        _message.Begin();
        LlmException? error;
        try
        {
            error = Read(data, isError);
        }
        catch
        {
            // An event that became unreadable later may have contained it.
            _finish = before;
            throw;
        }

        if (error is not null)
        {
            if (IsComplete || _message.Contents is not { } contents)
                throw error;
            // The error came with a last piece of text, which is sent first.
            _pending = error;
            _finish = null;
            IsComplete = IsLast = true;
            return NewUpdate(contents);
        }

        var finished = _finish is not null && before is null;
        if (finished)
        {
            IsComplete = true;
            TakeRest();
        }

        return _message.Contents is null && !finished ? _message.HasMoved ? Progress : null
            : NewUpdate(_message.Contents ?? [], finished ? _finish : null);
    }

    public override ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        _message.Begin();
        _isWhole = true;
        if (Read(body, isError: false) is { } error)
            throw error;
        if (!_hasChoice && _told is not null)
            throw _told;
        TakeRest();
        var contents = _message.Contents ?? [];
        IsComplete = _hasChoice && (_finish is not null || contents.Count > 0);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents) { MessageId = _id.Value })
        {
            ResponseId = _id.Value,
            ModelId = _model.Value,
            FinishReason = _finish,
            Usage = _usage,
        };
    }

    /// <summary>Usage last, once: servers that report it with every event give running totals.</summary>
    public override ChatResponseUpdate? Finish()
    {
        if (_pending is not null)
            throw _pending;
        // What told of an error before the end, without any finish reason, was the end.
        if (_finish is null && _told is not null)
            throw _told;
        _message.Begin();
        // [DONE] without a finish reason: the calls that came are complete.
        TakeRest();
        if (_finish is null && !_message.HasSaid)
            throw new LlmException(LlmErrorKind.MalformedResponse, $"{Info.Name} ({Info.Model}) ended its stream without an answer.");
        var contents = _message.Contents ?? new List<AIContent>(1);
        if (_usage is not null)
            contents.Add(new UsageContent(_usage));
        return contents.Count == 0 && _finish is not null ? null : new ChatResponseUpdate
        {
            Contents = contents,
            ResponseId = _id.Value,
            MessageId = _id.Value,
            ModelId = _model.Value,
            FinishReason = _finish is not null ? null : _message.HasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        };
    }

    private ChatResponseUpdate NewUpdate(List<AIContent> contents, ChatFinishReason? finish = null) => new()
    {
        Role = ChatRole.Assistant,
        Contents = contents,
        ResponseId = _id.Value,
        MessageId = _id.Value,
        ModelId = _model.Value,
        FinishReason = finish,
    };

    private void TakeRest()
    {
        _message.TakeRest();
        // Servers say "stop" beside calls, too.
        if (_message.HasCalls && _finish == ChatFinishReason.Stop)
            _finish = ChatFinishReason.ToolCalls;
    }

    /// <summary>Reads an event or a whole answer; gives the error that it reports.</summary>
    private LlmException? Read(ReadOnlySpan<byte> json, bool isError)
    {
        if (isError && !json.StartsWith("{"u8))
            return Reported(LlmErrorKind.ServerError, new ServerError(Encoding.UTF8.GetString(json), null, null));
        var reader = JsonRead.Reader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        (_failed, _failedEnd, _choiceError) = (isError, null, null);
        var isAnswer = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("choices"u8))
            {
                isAnswer = true;
                ReadChoices(ref reader);
            }
            else if (field.SequenceEqual("usage"u8))
            {
                isAnswer = true;
                ReadUsage(ref reader);
            }
            else if (field.SequenceEqual("x_groq"u8))
            {
                ReadInner(ref reader);
            }
            else if (field.SequenceEqual("id"u8))
            {
                _id.ReadNext(ref reader);
            }
            else if (field.SequenceEqual("model"u8))
            {
                _model.ReadNext(ref reader);
            }
            else if (field.SequenceEqual("error"u8))
            {
                _failed |= JsonRead.NextIsError(ref reader);
            }
            else if (field.SequenceEqual("object"u8))
            {
                _failed |= IsError(ref reader);
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }

        // The reader throws for text after the object and for an object that does not end.
        while (reader.Read())
        {
        }

        if (_failed)
            return ErrorIn(json);
        // No part of an answer: an error that the server does not call one, if it says anything.
        if (!isAnswer && _finish is null && ServerError.Read(json) is { IsKnown: true, Message.Length: > 0 } told)
            _told ??= Reported(ErrorTable.KindInStream(told), told, told.Name);
        return null;
    }

    private LlmException ErrorIn(ReadOnlySpan<byte> json)
    {
        var text = string.Concat((_message.Contents ?? []).OfType<TextContent>().Select(c => c.Text));
        var partial = _isWhole && text.Length > 0 ? text : null;
        var serverError = ServerError.Read(json);
        if (!serverError.IsKnown && _choiceError is { } place)
            serverError = ServerError.Read(json[place]);
        if (!serverError.IsKnown && _failedEnd is { } end)
        {
            serverError = new ServerError($"The answer ended with finish reason '{end}'.", end, null);
            return Reported(FinishNames.FailureOf(end) ?? LlmErrorKind.ServerError, serverError, end, partial);
        }

        return Reported(ErrorTable.KindInStream(serverError), serverError, serverError.Name, partial);
    }
}
