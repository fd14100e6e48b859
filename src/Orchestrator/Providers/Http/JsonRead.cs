using System.Text;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads JSON as servers send it: unknown fields skipped, numbers as text, nulls anywhere, broken surrogates replaced.</summary>
internal static class JsonRead
{
    public static JsonReaderOptions Options { get; } = new() { MaxDepth = HttpCaps.Depth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The text of a string; null for a JSON null or anything that is not text.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                try
                {
                    return reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    // Invalid UTF-8 or half a surrogate pair: the rest of the text is worth more than an error.
                    return Repaired(ref reader);
                }

            case JsonTokenType.Number:
            case JsonTokenType.True:
            case JsonTokenType.False:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>A count of tokens: a whole number from 0 to 2³¹−1, also as text; null for anything else.</summary>
    public static int? Count(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            var digits = reader.ValueSpan;
            return System.Buffers.Text.Utf8Parser.TryParse(digits, out int value, out var used) && used == digits.Length && value >= 0 ? value : null;
        }

        reader.Skip();
        return null;
    }

    /// <summary>The text of the value after a property's name.</summary>
    public static string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Text(ref reader);
    }

    /// <summary>The count after a property's name.</summary>
    public static int? NextCount(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Count(ref reader);
    }

    /// <summary>Passes over the value after a property's name, and says what it was.</summary>
    public static JsonTokenType SkipNext(ref Utf8JsonReader reader)
    {
        reader.Read();
        var type = reader.TokenType;
        reader.Skip();
        return type;
    }

    /// <summary>A copy of the value the reader stands on, as raw JSON.</summary>
    public static string Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
    }

    /// <summary>Enters an object: true when the reader stands on one, after skipping anything else.</summary>
    public static bool TryEnterObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
            return true;
        reader.Skip();
        return false;
    }

    /// <inheritdoc cref="TryEnterObject"/>
    public static bool TryEnterArray(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        reader.Skip();
        return false;
    }

    private static string Repaired(ref Utf8JsonReader reader)
    {
        var raw = Encoding.UTF8.GetString(reader.ValueSpan);
        if (!reader.ValueIsEscaped)
            return raw;
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || ++i >= raw.Length)
            {
                text.Append(raw[Math.Min(i, raw.Length - 1)]);
                continue;
            }

            text.Append(raw[i] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\b',
                'f' => '\f',
                'u' => (char)Convert.ToUInt16(raw.Substring(i + 1, 4), 16),
                var c => c,
            });
            if (raw[i] == 'u')
                i += 4;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                text[i] = '\uFFFD';
        }

        return text.ToString();
    }
}
