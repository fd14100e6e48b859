using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Reads the messages of one answer: the deltas of a stream, or the whole. One object an answer.</summary>
internal sealed class OpenAiCompatibleMessageReader(ProviderInfo info)
{
    private readonly OpenAiCompatibleToolCalls _calls = new(info);
    private SplitPair _text, _thoughts, _otherThoughts;
    private JsonObject? _state;
    private bool _isAttached;

    /// <summary>What the event has brought; null for nothing.</summary>
    public List<AIContent>? Contents { get; private set; }

    /// <summary>Whether the event moved the answer without bringing anything yet.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Whether any event has brought anything.</summary>
    public bool HasSaid { get; private set; }

    public bool HasCalls => _calls.HasAny;

    /// <summary>The next event begins.</summary>
    public void Begin() => (Contents, HasMoved) = (null, false);

    /// <summary>Reads a message, or a delta of it.</summary>
    /// <param name="reader">In the object.</param>
    /// <param name="isWhole">Whether it is a message that comes once.</param>
    public void Read(ref Utf8JsonReader reader, bool isWhole)
    {
        var from = Contents?.Count ?? 0;
        string? thought = null, other = null, detailed = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("content"u8))
                ReadContent(ref reader);
            else if (field.SequenceEqual("reasoning_content"u8))
                thought = Next(ref reader, ref _thoughts);
            else if (field.SequenceEqual("reasoning"u8))
                other = Next(ref reader, ref _otherThoughts);
            else if (field.SequenceEqual("refusal"u8))
                AddRefusal(ref reader);
            else if (field.SequenceEqual("tool_calls"u8))
                HasMoved |= _calls.Read(ref reader, isWhole);
            else if (field.SequenceEqual("function_call"u8))
                HasMoved |= _calls.ReadLegacy(ref reader);
            else if (field.SequenceEqual("images"u8))
                ReadParts(ref reader);
            else if (OpenAiCompatibleState.Keeps(field))
                detailed = KeepMember(ref reader) ?? detailed;
            else
                HasMoved |= JsonRead.SkipNextSaying(ref reader);
        }

        // Many servers write the same reasoning under two names.
        if (thought is not null || other is not null)
            AddThought(thought is not null && other is not null && thought != other ? thought + other : thought ?? other!, from,
                thought is not null ? "reasoning_content" : "reasoning");
        else if (detailed is not null)
            AddThought(detailed, from, null);
        HasSaid |= Contents is not null || HasMoved;
    }

    /// <summary>The answer has ended: adds what is known only now.</summary>
    public void TakeRest()
    {
        if (_text.Rest() is { } half)
            Add(new TextContent(half));
        if ((_thoughts.Rest() ?? _otherThoughts.Rest()) is { } halfThought)
            Add(new TextReasoningContent(halfThought));
        if (_calls.HasAny)
            _calls.TakeInto(Contents ??= []);
        if (_state is null || _isAttached)
            return;
        // State without any reasoning that could carry it.
        var carrier = Contents?.Find(c => c is TextContent) ?? new TextReasoningContent("");
        Attach(carrier);
        if (carrier is TextReasoningContent)
            Add(carrier);
    }

    private static string? Next(ref Utf8JsonReader reader, ref SplitPair split)
    {
        reader.Read();
        return split.Read(ref reader) is { Length: > 0 } text ? text : null;
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
            ReadEntered(ref reader);
        else if (_text.Read(ref reader) is { Length: > 0 } text)
            Add(new TextContent(text));
    }

    private void ReadParts(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (JsonRead.TryEnterArray(ref reader))
            ReadEntered(ref reader);
    }

    /// <summary>Parts, as some servers answer: texts, thoughts and images.</summary>
    private void ReadEntered(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
                AddText(JsonRead.Text(ref reader));
            else if (JsonRead.TryEnterObject(ref reader))
                ReadPart(ref reader);
        }
    }

    private void ReadPart(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("text"u8))
                AddText(Next(ref reader, ref _text));
            else if (field.SequenceEqual("thinking"u8))
                ReadThinking(ref reader);
            else if (field.SequenceEqual("image_url"u8))
                ReadImage(ref reader);
            else
                HasMoved |= JsonRead.SkipNextSaying(ref reader);
        }
    }

    /// <summary>A text, or parts with a text each.</summary>
    private void ReadThinking(ref Utf8JsonReader reader)
    {
        reader.Read();
        var thought = "";
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            thought = _thoughts.Read(ref reader) ?? "";
        }
        else
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (!JsonRead.TryEnterObject(ref reader))
                    continue;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (JsonRead.Name(ref reader).SequenceEqual("text"u8))
                        thought += Next(ref reader, ref _thoughts);
                    else
                        JsonRead.SkipNext(ref reader);
                }
            }
        }

        if (thought.Length > 0)
            Add(new TextReasoningContent(thought));
    }

    /// <summary>An address, or an object with it as <c>url</c>.</summary>
    private void ReadImage(ref Utf8JsonReader reader)
    {
        reader.Read();
        string? url = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            url = JsonRead.Text(ref reader);
        }
        else
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (JsonRead.Name(ref reader).SequenceEqual("url"u8))
                    url = JsonRead.NextText(ref reader);
                else
                    JsonRead.SkipNext(ref reader);
            }
        }

        if (AnsweredImage.Of(url) is { } image)
            Add(image);
    }

    private void AddRefusal(ref Utf8JsonReader reader)
    {
        if (JsonRead.NextText(ref reader) is { Length: > 0 } text)
            Add(new ErrorContent(text) { ErrorCode = "Refusal" });
    }

    /// <summary>Keeps a member for the next request.</summary>
    /// <returns>The text of reasoning in it; null for none.</returns>
    private string? KeepMember(ref Utf8JsonReader reader)
    {
        var look = reader;
        HasMoved |= JsonRead.SkipNextSaying(ref look);
        var name = reader.GetString()!;
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            reader.Skip();
            return null;
        }

        if (VendorMember.Read(ref reader) is not { } value)
            return null;
        _state ??= VendorState.New(info);
        if (_state[OpenAiCompatibleState.Message] is not JsonObject members)
            _state[OpenAiCompatibleState.Message] = members = [];
        OpenAiCompatibleState.AddDetails(members, name, value);
        if (value is not JsonArray details)
            return null;
        var text = string.Concat(details.OfType<JsonObject>().Select(d => TextOf(d["text"]) ?? TextOf(d["summary"])));
        return text.Length > 0 ? text : null;
    }

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private void AddText(string? text)
    {
        if (text is { Length: > 0 })
            Add(new TextContent(text));
    }

    private void AddThought(string thought, int at, string? field)
    {
        var content = new TextReasoningContent(thought);
        if (!_isAttached)
        {
            _state ??= VendorState.New(info);
            if (field is not null)
                _state[OpenAiCompatibleState.Field] = field;
            Attach(content);
        }

        // Before the text that came with it.
        (Contents ??= new(1)).Insert(at, content);
    }

    private void Attach(AIContent content)
    {
        VendorState.Attach(content, _state!);
        _isAttached = true;
    }

    /// <summary>Nearly every event has one content, and the update's own list is used for it.</summary>
    private void Add(AIContent content) => (Contents ??= new(1)).Add(content);
}
