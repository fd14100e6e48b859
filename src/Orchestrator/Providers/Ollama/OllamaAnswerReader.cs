using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Reads answers of <c>/api/chat</c>: one line of JSON for each piece, the last with <c>done</c> and the counts. An error line may come under status 200.</summary>
internal sealed class OllamaAnswerReader(ProviderInfo info) : AnswerReader(info)
{
    private readonly List<AIContent> _contents = [];
    private string? _model;
    private string? _doneReason;
    private int? _promptCount, _evalCount, _cachedCount;
    private bool _done;
    private bool _calledTools;
    private int _calls;

    public override ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> data, bool isError)
    {
        _contents.Clear();
        Read(data);
        if (_done)
            IsComplete = IsLast = true;
        if (_done && Usage() is { } usage)
            _contents.Add(new UsageContent(usage));
        if (_contents.Count == 0 && !_done)
            return null;
        return new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            Contents = new List<AIContent>(_contents),
            ModelId = _model,
            FinishReason = _done ? FinishReason() : null,
        };
    }

    public override ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        _contents.Clear();
        Read(body.Trim(" \t\r\n"u8));
        IsComplete = _done;
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, new List<AIContent>(_contents)))
        {
            ModelId = _model,
            FinishReason = FinishReason(),
            Usage = Usage(),
        };
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonRead.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        // A line that turned out unreadable may have said it before it broke.
        _done = false;
        var failed = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("message"u8))
                ReadMessage(ref reader);
            else if (reader.ValueTextEquals("done"u8))
                _done = JsonRead.SkipNext(ref reader) == JsonTokenType.True;
            else if (reader.ValueTextEquals("done_reason"u8))
                _doneReason = JsonRead.NextText(ref reader);
            else if (reader.ValueTextEquals("model"u8))
                _model = JsonRead.NextText(ref reader) ?? _model;
            else if (reader.ValueTextEquals("prompt_eval_count"u8))
                _promptCount = JsonRead.NextCount(ref reader);
            else if (reader.ValueTextEquals("prompt_eval_cached_count"u8))
                _cachedCount = JsonRead.NextCount(ref reader);
            else if (reader.ValueTextEquals("eval_count"u8))
                _evalCount = JsonRead.NextCount(ref reader);
            else if (reader.ValueTextEquals("error"u8))
                failed |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            else
                JsonRead.SkipNext(ref reader);
        }

        while (reader.Read())
        {
        }

        if (!failed)
            return;
        var said = Said(json);
        throw Reported(OllamaErrors.KindInStream(said.Message), said);
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8))
            {
                if (JsonRead.NextText(ref reader) is { Length: > 0 } text)
                    _contents.Add(new TextContent(text));
            }
            else if (reader.ValueTextEquals("thinking"u8))
            {
                if (JsonRead.NextText(ref reader) is { Length: > 0 } thought)
                    _contents.Add(new TextReasoningContent(thought));
            }
            else if (reader.ValueTextEquals("tool_calls"u8))
            {
                ReadCalls(ref reader);
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }
    }

    private void ReadCalls(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (JsonRead.TryEnterObject(ref reader))
                ReadCall(ref reader);
        }
    }

    private void ReadCall(ref Utf8JsonReader reader)
    {
        string? id = null, name = null, arguments = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                id = JsonRead.NextText(ref reader);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                reader.Read();
                if (!JsonRead.TryEnterObject(ref reader))
                    continue;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("name"u8))
                        name = JsonRead.NextText(ref reader);
                    else if (reader.ValueTextEquals("arguments"u8))
                        arguments = Arguments(ref reader);
                    else
                        JsonRead.SkipNext(ref reader);
                }
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }

        _calledTools = true;
        _calls++;
        // Older versions give no id; the caller needs one to pair the result with.
        _contents.Add(ToolJson.Call(string.IsNullOrEmpty(id) ? string.Create(CultureInfo.InvariantCulture, $"call_{_calls}") : id, name ?? "", arguments ?? ""));
    }

    /// <summary>An object by the protocol; text from servers that mix it up with OpenAI's.</summary>
    private static string? Arguments(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return JsonRead.Text(ref reader);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.GetRawText();
    }

    private UsageDetails? Usage() => _promptCount is null && _evalCount is null ? null : new UsageDetails
    {
        InputTokenCount = _promptCount,
        OutputTokenCount = _evalCount,
        CachedInputTokenCount = _cachedCount,
    };

    private ChatFinishReason FinishReason() => _calledTools ? ChatFinishReason.ToolCalls : _doneReason switch
    {
        null or "" or "stop" => ChatFinishReason.Stop,
        "length" => ChatFinishReason.Length,
        var other => new ChatFinishReason(other),
    };
}
