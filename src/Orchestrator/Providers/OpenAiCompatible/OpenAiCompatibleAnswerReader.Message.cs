using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

// The message inside a choice, whole or a delta of it.
internal sealed partial class OpenAiCompatibleAnswerReader
{
    private void ReadMessage(ref Utf8JsonReader reader)
    {
        _isAnswer = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("content"u8))
                ReadContent(ref reader);
            else if (field.SequenceEqual("reasoning_content"u8) || field.SequenceEqual("reasoning"u8))
                AddText(ref reader, static text => new TextReasoningContent(text));
            else if (field.SequenceEqual("refusal"u8))
                AddText(ref reader, static text => new ErrorContent(text) { ErrorCode = "Refusal" });
            else if (field.SequenceEqual("tool_calls"u8))
                _hasMoved |= _calls.Read(ref reader);
            else
                _hasMoved |= JsonRead.SkipNextSaying(ref reader);
        }
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (JsonRead.Text(ref reader) is { Length: > 0 } text)
                Add(new TextContent(text));
            return;
        }

        // Parts, as some servers answer: the text of each.
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!JsonRead.TryEnterObject(ref reader))
                continue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = JsonRead.Name(ref reader);
                if (field.SequenceEqual("text"u8))
                    AddText(ref reader, static text => new TextContent(text));
                else
                    _hasMoved |= JsonRead.SkipNextSaying(ref reader);
            }
        }
    }

    private void AddText(ref Utf8JsonReader reader, Func<string, AIContent> content)
    {
        reader.Read();
        if (JsonRead.Text(ref reader) is { Length: > 0 } text)
            Add(content(text));
    }

    /// <summary>Nearly every event has one content, and the update's own list is used for it.</summary>
    private void Add(AIContent content) => (_contents ??= new(1)).Add(content);
}
