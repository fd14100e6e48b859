using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Reads chat completions, streamed and whole, with one pass over the bytes and no object per event but the update itself. The shapes
/// differ by server: usage on any event or none, empty choices, null content, tool calls in parts, errors inside the stream.
/// </summary>
internal sealed partial class OpenAiAnswerReader(ProviderInfo info) : AnswerReader(info)
{
    private readonly OpenAiToolCalls _calls = new();
    private readonly List<AIContent> _contents = [];
    private string? _id;
    private string? _model;
    private UsageDetails? _usage;
    private ChatFinishReason? _finish;
    private bool _isAnswer;

    public override ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> data, bool isError)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            IsComplete = IsLast = true;
            return null;
        }

        var before = _finish;
        _contents.Clear();
        Read(data, isError);
        var finished = _finish is not null && before is null;
        if (finished)
        {
            IsComplete = true;
            _calls.TakeInto(_contents);
        }

        if (_contents.Count == 0 && !finished)
            return null;
        return new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            Contents = new List<AIContent>(_contents),
            ResponseId = _id,
            MessageId = _id,
            ModelId = _model,
            FinishReason = finished ? _finish : null,
        };
    }

    public override ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        _contents.Clear();
        Read(body, isError: false);
        _calls.TakeInto(_contents);
        IsComplete = _isAnswer && (_finish is not null || _contents.Count > 0);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, new List<AIContent>(_contents)) { MessageId = _id })
        {
            ResponseId = _id,
            ModelId = _model,
            FinishReason = _finish,
            Usage = _usage,
        };
    }

    /// <summary>Usage last, once: servers that report it with every event give running totals.</summary>
    public override ChatResponseUpdate? Finish()
    {
        _contents.Clear();
        // [DONE] without a finish reason: calls that came are calls.
        _calls.TakeInto(_contents);
        if (_usage is not null)
            _contents.Add(new UsageContent(_usage));
        return _contents.Count == 0 && _finish is not null ? null : new ChatResponseUpdate
        {
            Contents = new List<AIContent>(_contents),
            ResponseId = _id,
            MessageId = _id,
            ModelId = _model,
            FinishReason = _finish is null ? ChatFinishReason.Stop : null,
        };
    }

    private void Read(ReadOnlySpan<byte> json, bool isError)
    {
        var reader = new Utf8JsonReader(json, JsonRead.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        var failed = isError;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
                ReadChoices(ref reader);
            else if (reader.ValueTextEquals("usage"u8))
                ReadUsage(ref reader);
            else if (reader.ValueTextEquals("id"u8))
                _id = Same(ref reader, _id);
            else if (reader.ValueTextEquals("model"u8))
                _model = Same(ref reader, _model);
            else if (reader.ValueTextEquals("error"u8))
                failed |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            else if (reader.ValueTextEquals("object"u8))
                failed |= IsError(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        // Anything after the object, or an object that does not end, is no event: the reader throws.
        while (reader.Read())
        {
        }

        if (!failed)
            return;
        var said = Said(json);
        throw Reported(OpenAiErrors.KindInStream(said), said, said.Code ?? said.Type);
    }

    private void ReadChoices(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return;
        var first = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // Several choices are never asked for; the first is the answer.
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
            if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadMessage(ref reader);
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                if (JsonRead.Text(ref reader) is { Length: > 0 } reason)
                    _finish = FinishOf(reason);
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        _isAnswer = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
                ReadContent(ref reader);
            else if (reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8))
                AddText(ref reader, static text => new TextReasoningContent(text));
            else if (reader.ValueTextEquals("refusal"u8))
                AddText(ref reader, static text => new ErrorContent(text) { ErrorCode = "Refusal" });
            else if (reader.ValueTextEquals("tool_calls"u8))
                _calls.Read(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (JsonRead.Text(ref reader) is { Length: > 0 } text)
                _contents.Add(new TextContent(text));
            return;
        }

        // Parts, as some servers answer: the text of each.
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!JsonRead.TryEnterObject(ref reader))
                continue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("text"u8))
                    AddText(ref reader, static text => new TextContent(text));
                else
                    JsonRead.SkipNext(ref reader);
            }
        }
    }

    private void AddText(ref Utf8JsonReader reader, Func<string, AIContent> content)
    {
        reader.Read();
        if (JsonRead.Text(ref reader) is { Length: > 0 } text)
            _contents.Add(content(text));
    }

    /// <summary>The same text comes with every event: one string for all of them.</summary>
    private static string? Same(ref Utf8JsonReader reader, string? known)
    {
        reader.Read();
        return known is not null && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(known) ? known : JsonRead.Text(ref reader) ?? known;
    }

    private static bool IsError(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isError = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8);
        reader.Skip();
        return isError;
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
