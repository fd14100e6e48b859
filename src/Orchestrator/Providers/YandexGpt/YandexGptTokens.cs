using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads answers of <c>/tokenize</c> and <c>/tokenizeCompletion</c>: their number is all that is asked for.</summary>
internal static class YandexGptTokens
{
    public static int Count(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, JsonRead.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        int? count = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("result"u8))
            {
                reader.Read();
                // /completion wraps its answer in "result", the tokenizer does not; a wrapped answer is read as well.
                if (reader.TokenType != JsonTokenType.StartObject)
                    reader.Skip();
                continue;
            }

            if (!field.SequenceEqual("tokens"u8))
            {
                JsonRead.SkipNext(ref reader);
                continue;
            }

            reader.Read();
            if (!JsonRead.TryEnterArray(ref reader))
                continue;
            count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
                count++;
            }
        }

        return count ?? throw new JsonException("The answer holds no tokens.");
    }
}
