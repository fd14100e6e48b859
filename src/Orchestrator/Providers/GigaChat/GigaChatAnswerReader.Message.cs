using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The message inside a choice, its function call, the usage, and what the end of an answer means.</summary>
internal sealed partial class GigaChatAnswerReader
{
    private const int MostCalls = 256;
    private int _calls;

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        _isAnswer = true;
        string? role = null, text = null, thought = null, name = null, arguments = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("content"u8))
                text = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("role"u8))
                role = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("reasoning_content"u8))
                thought = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("functions_state_id"u8))
                _state = JsonRead.NextText(ref reader) ?? _state;
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
        if (!string.IsNullOrEmpty(thought))
            _contents.Add(new TextReasoningContent(thought));
        AddText(text);
        if (name is not null || arguments is not null)
            AddCall(name ?? "", arguments ?? "");
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
        // The vendor has no ids of calls; the id of the state is as unique.
        var call = ToolJson.Call(_state ?? string.Create(CultureInfo.InvariantCulture, $"call_{_calls}"), name, arguments);
        call.AdditionalProperties = State();
        _contents.Add(call);
    }

    private AdditionalPropertiesDictionary? State() => _state is null ? null : new() { [GigaChatProvider.StateIdProperty] = _state };

    private static UsageDetails? ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return null;
        int? prompt = null, cached = null, completion = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("prompt_tokens"u8))
                prompt = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("precached_prompt_tokens"u8))
                cached = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("completion_tokens"u8))
                completion = JsonRead.NextCount(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        if (prompt is null && completion is null)
            return null;
        // The vendor's prompt tokens are those it bills, without the cached ones.
        long? input = prompt + (long)(cached ?? 0);
        return new UsageDetails
        {
            InputTokenCount = input,
            CachedInputTokenCount = cached,
            OutputTokenCount = completion,
            TotalTokenCount = input + completion,
        };
    }

    private ChatFinishReason FinishReason() => stop is { IsCut: true } ? ChatFinishReason.Stop : _finish?.Trim() switch
    {
        null or "" or "stop" => ChatFinishReason.Stop,
        "length" => ChatFinishReason.Length,
        "function_call" => ChatFinishReason.ToolCalls,
        "blacklist" => ChatFinishReason.ContentFilter,
        var other => new ChatFinishReason(other),
    };

    private void RefuseFailed()
    {
        if (_hasFailed && stop is not { IsCut: true })
        {
            throw Reported(
                LlmErrorKind.MalformedResponse,
                new ServerError("the model made arguments for a function that are not valid", null, null),
                "error");
        }
    }
}
