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
    private readonly OpenAiCompatibleToolCalls _calls = new();
    private List<AIContent>? _contents;
    private RepeatedText _id;
    private RepeatedText _model;
    private UsageDetails? _usage;
    private ChatFinishReason? _finish;
    private bool _isAnswer;
    private bool _hasMoved;
    private bool _isWhole;
    private bool _failed;
    private Range? _choiceError;
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
        (_contents, _hasMoved) = (null, false);
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
            if (IsComplete || _contents is null)
                throw error;
            // The error came with a last piece of text, which is sent first.
            _pending = error;
            _finish = null;
            IsComplete = IsLast = true;
            return NewUpdate(_contents);
        }

        var finished = _finish is not null && before is null;
        if (finished)
        {
            IsComplete = true;
            _calls.TakeInto(_contents ??= []);
        }

        if (_contents is null)
            return _hasMoved ? Progress : null;
        return NewUpdate(_contents, finished ? _finish : null);
    }

    public override ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        _contents = null;
        _isWhole = true;
        if (Read(body, isError: false) is { } error)
            throw error;
        _calls.TakeInto(_contents ??= []);
        IsComplete = _isAnswer && (_finish is not null || _contents.Count > 0);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, _contents) { MessageId = _id.Value })
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
        var contents = new List<AIContent>(1);
        // [DONE] without a finish reason: the calls that came are complete.
        _calls.TakeInto(contents);
        if (_usage is not null)
            contents.Add(new UsageContent(_usage));
        return contents.Count == 0 && _finish is not null ? null : new ChatResponseUpdate
        {
            Contents = contents,
            ResponseId = _id.Value,
            MessageId = _id.Value,
            ModelId = _model.Value,
            FinishReason = _finish is null ? ChatFinishReason.Stop : null,
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

    /// <summary>Reads an event or a whole answer; gives the error that it reports.</summary>
    private LlmException? Read(ReadOnlySpan<byte> json, bool isError)
    {
        if (isError && !json.StartsWith("{"u8))
            return Reported(LlmErrorKind.ServerError, new ServerError(Encoding.UTF8.GetString(json), null, null));
        var reader = JsonRead.Reader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        (_failed, _choiceError) = (isError, null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("choices"u8))
                ReadChoices(ref reader);
            else if (field.SequenceEqual("usage"u8))
                ReadUsage(ref reader);
            else if (field.SequenceEqual("id"u8))
                _id.ReadNext(ref reader);
            else if (field.SequenceEqual("model"u8))
                _model.ReadNext(ref reader);
            else if (field.SequenceEqual("error"u8))
                _failed |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            else if (field.SequenceEqual("object"u8))
                _failed |= IsError(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        // The reader throws for text after the object and for an object that does not end.
        while (reader.Read())
        {
        }

        return _failed ? ErrorIn(json) : null;
    }

    private LlmException ErrorIn(ReadOnlySpan<byte> json)
    {
        var serverError = ServerError.Read(json);
        if (!serverError.IsKnown && _choiceError is { } place)
            serverError = ServerError.Read(json[place]);
        var text = string.Concat((_contents ?? []).OfType<TextContent>().Select(c => c.Text));
        return Reported(ErrorTable.KindInStream(serverError), serverError, serverError.Name, _isWhole && text.Length > 0 ? text : null);
    }

    private void ReadChoices(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return;
        var first = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // The request asks for one choice; the first is the answer.
            if (first && JsonRead.TryEnterObject(ref reader))
                ReadChoice(ref reader);
            else
                reader.Skip();
            first = false;
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("delta"u8) || field.SequenceEqual("message"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadMessage(ref reader);
            }
            else if (field.SequenceEqual("finish_reason"u8))
            {
                reader.Read();
                if (JsonRead.Text(ref reader)?.Trim() is { Length: > 0 } reason)
                    FinishWith(reason);
            }
            else if (field.SequenceEqual("error"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                _failed |= reader.TokenType != JsonTokenType.Null;
                reader.Skip();
                _choiceError = start..(int)reader.BytesConsumed;
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }
    }

    private static bool IsError(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isError = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8);
        reader.Skip();
        return isError;
    }

    /// <summary>An answer with finish reason "error" has failed, whatever text came before: OpenRouter sends it when a vendor
    /// failed.</summary>
    private void FinishWith(string reason)
    {
        if (reason == "error")
            _failed = true;
        else
            _finish = FinishOf(reason);
    }

    private static ChatFinishReason FinishOf(string reason) => reason switch
    {
        "stop" => ChatFinishReason.Stop,
        "length" => ChatFinishReason.Length,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        "content_filter" => ChatFinishReason.ContentFilter,
        _ => new ChatFinishReason(reason),
    };
}
