using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>One JSON value of an answer, read to its end before anything is made of it: a line that breaks in its middle changes nothing.</summary>
internal sealed class YandexGptLine
{
    public string? Text { get; private set; }

    /// <summary>How the first alternative stands, in the vendor's word; null when the line does not say.</summary>
    public string? Status { get; private set; }

    public bool HasAlternative { get; private set; }

    public List<(string Name, string Arguments)> Calls { get; } = [];

    public UsageDetails? Usage { get; private set; }

    public string? ModelVersion { get; private set; }

    /// <summary>Whether the value reports an error instead of an answer.</summary>
    public bool IsError { get; private set; }

    /// <summary>Reads the value the reader stands on.</summary>
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
            if (reader.ValueTextEquals("result"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadRoot(ref reader);
            }
            else if (reader.ValueTextEquals("alternatives"u8))
            {
                ReadAlternatives(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref reader);
            }
            else if (reader.ValueTextEquals("modelVersion"u8))
            {
                ModelVersion = JsonRead.NextText(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                IsError |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            }
            else if (reader.ValueTextEquals("code"u8))
            {
                hasCode |= JsonRead.SkipNext(ref reader) != JsonTokenType.Null;
            }
            else if (reader.ValueTextEquals("message"u8))
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
            // There is one, as the request cannot ask for more.
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
            if (reader.ValueTextEquals("status"u8))
                Status = JsonRead.NextText(ref reader);
            else if (reader.ValueTextEquals("message"u8))
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
            if (reader.ValueTextEquals("text"u8))
                Text = JsonRead.NextText(ref reader);
            else if (reader.ValueTextEquals("toolCallList"u8))
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
            if (!reader.ValueTextEquals("toolCalls"u8))
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
            if (!reader.ValueTextEquals("functionCall"u8))
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
                if (reader.ValueTextEquals("name"u8))
                    name = JsonRead.NextText(ref reader);
                else if (reader.ValueTextEquals("arguments"u8))
                    arguments = Arguments(ref reader);
                else
                    JsonRead.SkipNext(ref reader);
            }

            Calls.Add((name ?? "", arguments ?? ""));
        }
    }

    private static string? Arguments(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return JsonRead.Text(ref reader);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.GetRawText();
    }

    private void ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        int? prompt = null, answer = null, total = null, reasoning = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("inputTextTokens"u8))
                prompt = JsonRead.NextCount(ref reader);
            else if (reader.ValueTextEquals("completionTokens"u8))
                answer = JsonRead.NextCount(ref reader);
            else if (reader.ValueTextEquals("totalTokens"u8))
                total = JsonRead.NextCount(ref reader);
            else if (reader.ValueTextEquals("completionTokensDetails"u8))
                reasoning = ReadReasoning(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        if (prompt is null && answer is null)
            return;
        // Whether the answer's count includes hidden reasoning is not documented; the vendor's own total tells.
        if (reasoning > 0 && total is { } all && all == (long)(prompt ?? 0) + (answer ?? 0) + reasoning)
            answer = (answer ?? 0) + reasoning;
        // Proto leaves zeros out.
        Usage = new UsageDetails { InputTokenCount = prompt ?? 0, OutputTokenCount = answer ?? 0, ReasoningTokenCount = reasoning };
    }

    private static int? ReadReasoning(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return null;
        int? reasoning = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("reasoningTokens"u8))
                reasoning = JsonRead.NextCount(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        return reasoning;
    }
}
