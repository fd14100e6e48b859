using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>One JSON value of an answer. It is read to its end before it is used, so that a broken line changes
/// nothing.</summary>
internal sealed class YandexGptLine
{
    private const int MostCalls = 256;

    /// <summary>The position of the raw text in the data. Every line repeats the text, so a string is made of the new part
    /// only.</summary>
    public Range? Text { get; private set; }

    /// <summary>The vendor's status of the first alternative; null when the line has none.</summary>
    public string? Status { get; private set; }

    public bool HasAlternative { get; private set; }

    /// <summary>The calls; null when there are none.</summary>
    public List<(string Name, string Arguments)>? Calls { get; private set; }

    public UsageDetails? Usage { get; private set; }

    public string? ModelVersion { get; private set; }

    /// <summary>Whether the value reports an error instead of an answer.</summary>
    public bool IsError { get; private set; }

    /// <summary>Reads the current value.</summary>
    public static YandexGptLine Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        var line = new YandexGptLine();
        line.ReadRoot(ref reader);
        return line;
    }

    /// <summary>The API reference shows answers without <c>result</c>, the service sends them in one: both are read.</summary>
    private void ReadRoot(ref Utf8JsonReader reader)
    {
        bool hasCode = false, hasMessage = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("result"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadRoot(ref reader);
            }
            else if (field.SequenceEqual("alternatives"u8))
            {
                ReadAlternatives(ref reader);
            }
            else if (field.SequenceEqual("usage"u8))
            {
                ReadUsage(ref reader);
            }
            else if (field.SequenceEqual("modelVersion"u8))
            {
                ModelVersion = JsonRead.NextText(ref reader);
            }
            else if (field.SequenceEqual("error"u8))
            {
                IsError |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            }
            else if (field.SequenceEqual("code"u8))
            {
                hasCode |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            }
            else if (field.SequenceEqual("message"u8))
            {
                hasMessage |= JsonRead.SkipNext(ref reader) == JsonTokenType.String;
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }

        IsError |= hasCode && hasMessage && !HasAlternative;
    }

    private void ReadAlternatives(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // There is one, because a request cannot ask for more.
            if (HasAlternative || !JsonRead.TryEnterObject(ref reader))
                reader.Skip();
            else
                ReadAlternative(ref reader);
        }
    }

    private void ReadAlternative(ref Utf8JsonReader reader)
    {
        HasAlternative = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("status"u8))
                Status = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("message"u8))
                ReadMessage(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("text"u8))
                Text = NextRange(ref reader);
            else if (field.SequenceEqual("toolCallList"u8))
                ReadCallList(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }
    }

    private void ReadCallList(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (!field.SequenceEqual("toolCalls"u8))
            {
                JsonRead.SkipNext(ref reader);
                continue;
            }

            reader.Read();
            if (!JsonRead.TryEnterArray(ref reader))
                continue;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (JsonRead.TryEnterObject(ref reader))
                    ReadCall(ref reader);
            }
        }
    }

    private void ReadCall(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (!field.SequenceEqual("functionCall"u8))
            {
                JsonRead.SkipNext(ref reader);
                continue;
            }

            reader.Read();
            if (!JsonRead.TryEnterObject(ref reader))
                continue;
            string? name = null, arguments = null;
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

            // Bounded, because an empty call takes a hundred times its bytes in memory.
            Calls ??= [];
            if (Calls.Count >= MostCalls)
                throw LineReader.TooLarge($"more than {MostCalls} tool calls in one answer");
            Calls.Add((name ?? "", arguments ?? ""));
        }
    }

    private static string? Arguments(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return JsonRead.Text(ref reader);
        return ToolJson.Raw(ref reader);
    }

    /// <summary>The position of the value after a property's name, without quotes; null when it is no text.</summary>
    private static Range? NextRange(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
            return start..(start + reader.ValueSpan.Length);
        reader.Skip();
        return null;
    }

    private void ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        int? prompt = null, answer = null, total = null, reasoning = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("inputTextTokens"u8))
                prompt = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("completionTokens"u8))
                answer = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("totalTokens"u8))
                total = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("completionTokensDetails"u8))
                reasoning = ReadReasoning(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        if (prompt is null && answer is null)
            return;
        // Protobuf omits zeros. Whether the completion count includes hidden reasoning is not documented; the vendor's total shows it.
        Usage = ReportedUsage.Corrected(new UsageDetails
        {
            InputTokenCount = prompt ?? 0,
            OutputTokenCount = answer ?? 0,
            ReasoningTokenCount = reasoning,
            TotalTokenCount = total ?? ((long)(prompt ?? 0) + (answer ?? 0)),
        });
    }

    private static int? ReadReasoning(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return null;
        int? reasoning = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("reasoningTokens"u8))
                reasoning = JsonRead.NextCount(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        return reasoning;
    }
}
