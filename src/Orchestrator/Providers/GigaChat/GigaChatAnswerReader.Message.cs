using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The message inside a choice, its function call, the usage, and what the end of an answer means.</summary>
internal sealed partial class GigaChatAnswerReader
{
    private const int MostCalls = 256;
    private int _calls;

    /// <summary>Reads a delta, or the whole message.</summary>
    /// <param name="reader">The reader, in the message.</param>
    /// <param name="isDelta">Whether it is a delta. What deltas have said already, a message says again.</param>
    private void ReadMessage(ref Utf8JsonReader reader, bool isDelta)
    {
        _isAnswer = true;
        string? role = null, text = null, thought = null, name = null, arguments = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("content"u8))
                text = _textPair.Next(ref reader);
            else if (field.SequenceEqual("role"u8))
                role = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("reasoning_content"u8))
                thought = _thoughtPair.Next(ref reader);
            else if (field.SequenceEqual("functions_state_id"u8))
                _state = JsonRead.NextText(ref reader) is { Length: > 0 } state ? state : _state;
            else if (field.SequenceEqual("function_call"u8))
                ReadCall(ref reader, ref name, ref arguments);
            else
                _hasMoved |= JsonRead.SkipNextSaying(ref reader);
        }

        // Text moves the answer even where all of it is held back as the possible beginning of a stop sequence.
        _hasMoved |= text is { Length: > 0 };
        // A progress message, not part of the answer.
        if (role == "function_in_progress")
            return;
        _hasSaid |= text is { Length: > 0 } || thought is { Length: > 0 } || name is not null || arguments is not null;
        if (thought is { Length: > 0 } && (isDelta || !_saidThought))
            _contents.Add(new TextReasoningContent(thought));
        if (text is { Length: > 0 } && (isDelta || !_saidText))
            AddText(text);
        if ((name is not null || arguments is not null) && (isDelta || _calls == 0))
            AddCall(name ?? "", arguments ?? "");
        _saidThought |= isDelta && thought is { Length: > 0 };
        _saidText |= isDelta && text is { Length: > 0 };
    }

    private static void ReadCall(ref Utf8JsonReader reader, ref string? name, ref string? arguments)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        name ??= "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("name"u8))
                name = JsonRead.NextText(ref reader) ?? name;
            else if (field.SequenceEqual("arguments"u8))
                arguments = Arguments(ref reader) ?? arguments;
            else
                JsonRead.SkipNext(ref reader);
        }
    }

    /// <summary>By the protocol an object; some gateways send text, as OpenAI's protocol does.</summary>
    private static string? Arguments(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return JsonRead.Text(ref reader);
        return ToolJson.Raw(ref reader);
    }

    private void AddCall(string name, string arguments)
    {
        // By the protocol there is one call. Bounded, because an empty call takes a hundred times its bytes in memory.
        if (++_calls > MostCalls)
            throw LineReader.TooLarge($"more than {MostCalls} tool calls in one answer");
        // Text before a call stays before it.
        AddHeld();
        // The vendor has no ids of calls; the id of the state is as unique, and belongs to one of them.
        var id = _calls == 1 && _state is not null ? _state : CallIds.New();
        var call = ToolJson.Call(id, GigaChatNames.Called(name, Request?.Options), arguments);
        if (_state is not null)
            GigaChatState.Keep(call, _state, _server);
        _contents.Add(call);
    }

    /// <summary>The id of the state of an answer without a call. It comes with any of the events, and goes out with the last.</summary>
    private void AddState()
    {
        if (_state is null || _calls > 0 || _isTold)
            return;
        var holder = new AIContent();
        GigaChatState.Keep(holder, _state, _server);
        _contents.Add(holder);
    }

    private ChatFinishReason FinishReason()
    {
        if (stop is { IsCut: true })
            return ChatFinishReason.Stop;
        var known = GigaChatFinish.Known(_finish);
        // Gateways end calls with "stop", as OpenAI's protocol lets them.
        return known == ChatFinishReason.Stop && _calls > 0 ? ChatFinishReason.ToolCalls : known ?? new ChatFinishReason(_finish!.Trim());
    }

    private void RefuseFailed()
    {
        if (!_hasFailed || stop is { IsCut: true })
            return;
        var reason = _finish!.Trim();
        throw reason == "error"
            ? Reported(
                LlmErrorKind.MalformedResponse,
                new ServerError("the model made arguments for a function that are not valid", null, null),
                reason)
            : GigaChatFinish.IsFailure(reason)
                ? Reported(LlmErrorKind.ServerError, new ServerError($"the answer ended with '{reason}'", null, null), reason)
                : Reported(LlmErrorKind.MalformedResponse, new ServerError($"no text, and an end of '{reason}'", null, null), reason);
    }

    /// <summary>The error of a stream that ended without a choice: what an object without one has told, or that there was none.</summary>
    private LlmException NoChoice() => _told is { } told
        ? Reported(GigaChatErrors.KindInStream(null, told), told, told.Name)
        : Reported(LlmErrorKind.MalformedResponse, new ServerError("the stream ended without an answer", null, null));
}
