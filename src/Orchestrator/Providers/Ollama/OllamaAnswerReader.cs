using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Reads answers of <c>/api/chat</c>: one line of JSON for each piece, the last with <c>done</c> and the counts. An error line may
/// come under status 200.</summary>
internal sealed class OllamaAnswerReader(ProviderInfo info) : AnswerReader(info)
{
    private const int MostCalls = 256;
    private List<AIContent>? _contents;
    private RepeatedText _model;
    private string? _doneReason;
    private int? _promptCount, _evalCount, _cachedCount;
    private bool _done;
    private bool _hasMoved;
    private bool _calledTools;
    private bool _hasThought;
    private int _calls;
    private SplitPair _text, _thoughts;

    public override ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> data, bool isError)
    {
        (_contents, _hasMoved) = (null, false);
        Read(data);
        if (_done)
        {
            End();
            IsComplete = IsLast = true;
        }

        if (_done && Usage() is { } usage)
            Add(new UsageContent(usage));
        if (_contents is null && !_done)
            return _hasMoved ? Progress : null;
        return new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            Contents = _contents ?? [],
            ModelId = _model.Value,
            FinishReason = _done ? FinishReason() : null,
        };
    }

    public override ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        _contents = null;
        Read(body.Trim(" \t\r\n"u8));
        if (_done)
            End();
        IsComplete = _done;
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, _contents ?? []))
        {
            ModelId = _model.Value,
            FinishReason = FinishReason(),
            Usage = Usage(),
        };
    }

    /// <summary>The answer has ended. One whose end means a failure has failed, and one that only loaded the model is none.</summary>
    private void End()
    {
        if (_text.Rest() is { } half)
            Add(new TextContent(half));
        if (_thoughts.Rest() is { } halfThought)
            Add(new TextReasoningContent(halfThought));
        if (_doneReason?.Trim() is not { Length: > 0 } reason)
            return;
        var kind = reason == "load" ? LlmErrorKind.MalformedResponse : FinishNames.FailureOf(reason);
        if (kind is { } failure)
            throw Reported(failure, new ServerError($"The answer ended with done reason '{reason}'.", reason, null), reason);
    }

    private void Read(ReadOnlySpan<byte> json)
    {
        var reader = JsonRead.Reader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        // A line that became unreadable later may have contained it.
        _done = false;
        var failed = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("message"u8))
                ReadMessage(ref reader);
            else if (field.SequenceEqual("done"u8))
                _done = JsonRead.SkipNext(ref reader) == JsonTokenType.True;
            else if (field.SequenceEqual("done_reason"u8))
                _doneReason = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("model"u8))
                _model.ReadNext(ref reader);
            else if (field.SequenceEqual("prompt_eval_count"u8))
                _promptCount = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("prompt_eval_cached_count"u8))
                _cachedCount = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("eval_count"u8))
                _evalCount = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("error"u8))
                failed |= JsonRead.NextIsError(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        while (reader.Read())
        {
        }

        // Only now the line is known to be valid.
        _calledTools |= _contents?.Exists(static c => c is FunctionCallContent) ?? false;
        if (!failed)
            return;
        var serverError = ServerError.Read(json);
        throw Reported(ErrorsWithoutCodes.KindInStream(serverError.Message), serverError);
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("content"u8))
            {
                reader.Read();
                if (_text.Read(ref reader) is { Length: > 0 } text)
                    Add(new TextContent(text));
            }
            else if (field.SequenceEqual("thinking"u8))
            {
                reader.Read();
                if (_thoughts.Read(ref reader) is { Length: > 0 } thought)
                    AddThought(thought);
            }
            else if (field.SequenceEqual("tool_calls"u8))
            {
                ReadCalls(ref reader);
            }
            else
            {
                _hasMoved |= JsonRead.SkipNextSaying(ref reader);
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
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("id"u8))
            {
                id = JsonRead.NextText(ref reader);
            }
            else if (field.SequenceEqual("function"u8))
            {
                reader.Read();
                if (!JsonRead.TryEnterObject(ref reader))
                    continue;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var part = JsonRead.Name(ref reader);
                    if (part.SequenceEqual("name"u8))
                        name = JsonRead.NextText(ref reader);
                    else if (part.SequenceEqual("arguments"u8))
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

        // Bounded, because an empty call takes a hundred times its bytes in memory.
        if (++_calls > MostCalls)
            throw LineReader.TooLarge($"more than {MostCalls} tool calls in one answer");
        // Older versions send no id; the caller needs one to assign the result.
        Add(
            ToolJson.Call(
                string.IsNullOrEmpty(id) ? CallIds.New() : id,
                name ?? "",
                arguments ?? ""));
    }

    /// <summary>The first one carries the mark by which the reasoning goes back to this vendor, and to no other.</summary>
    private void AddThought(string thought)
    {
        var content = new TextReasoningContent(thought);
        if (!_hasThought)
            VendorState.Attach(content, VendorState.New(Info));
        _hasThought = true;
        Add(content);
    }

    /// <summary>Nearly every line has one content, and the update's own list is used for it.</summary>
    private void Add(AIContent content) => (_contents ??= new(1)).Add(content);

    /// <summary>By the protocol an object; some servers send text, as OpenAI's protocol does.</summary>
    private static string? Arguments(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject ? ToolJson.Raw(ref reader) : JsonRead.Text(ref reader);
    }

    private UsageDetails? Usage() => _promptCount is null && _evalCount is null ? null : ReportedUsage.Corrected(new UsageDetails
    {
        InputTokenCount = _promptCount,
        OutputTokenCount = _evalCount,
        CachedInputTokenCount = _cachedCount,
        // One half is no total.
        TotalTokenCount = (long?)_promptCount + _evalCount,
    });

    private ChatFinishReason FinishReason() => _calledTools ? ChatFinishReason.ToolCalls : _doneReason?.Trim() switch
    {
        null or "" => ChatFinishReason.Stop,
        var reason => FinishNames.Of(reason),
    };
}
