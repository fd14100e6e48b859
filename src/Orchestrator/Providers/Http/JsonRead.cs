using System.Text;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads JSON as servers send it: unknown fields skipped, numbers as text, nulls anywhere, broken surrogates replaced.</summary>
internal static class JsonRead
{
    public static JsonReaderOptions Options { get; } =
        new() { MaxDepth = HttpCaps.Depth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static JsonReaderOptions WithoutComments { get; } = Options with { CommentHandling = JsonCommentHandling.Disallow };

    /// <summary>The options for servers' JSON. The reader's check for comments costs a fifth of the time, and JSON without a slash has
    /// none.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, json.Contains((byte)'/') ? Options : WithoutComments);

    /// <summary>A property's name as bytes, because comparing bytes is faster than asking the reader once for each known name. Empty for a
    /// name that is no valid text.</summary>
    public static ReadOnlySpan<byte> Name(ref Utf8JsonReader reader) => reader.ValueIsEscaped ? Unescaped(ref reader) : reader.ValueSpan;

    /// <summary>The text of a string; null for a JSON null or anything that is not text.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                // Invalid UTF-8 or half a surrogate pair is replaced, so that the rest of the text is kept. Checked beforehand, because an
                // exception for each of many texts would cost seconds of processor time.
                return BrokenText.IsIn(reader.ValueSpan, reader.ValueIsEscaped)
                    ? BrokenText.Repaired(reader.ValueSpan, reader.ValueIsEscaped)
                    : reader.GetString();
            case JsonTokenType.Number:
            case JsonTokenType.True:
            case JsonTokenType.False:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>A piece of a text that is put together later: half a surrogate pair stays as it is.</summary>
    public static string? Piece(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped && BrokenText.IsIn(reader.ValueSpan, isEscaped: true)
            ? BrokenText.Unescaped(reader.ValueSpan).ToString()
            : Text(ref reader);

    /// <summary>Whether the value after a property's name says that something failed: anything but null, false, zero and what is
    /// empty.</summary>
    public static bool NextIsError(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isError = reader.TokenType switch
        {
            JsonTokenType.Null or JsonTokenType.False => false,
            JsonTokenType.String => !reader.ValueSpan.Trim(" \t\r\n"u8).IsEmpty,
            JsonTokenType.Number => reader.ValueSpan is not [(byte)'0'],
            JsonTokenType.StartObject or JsonTokenType.StartArray => HasMembers(reader),
            _ => true,
        };
        reader.Skip();
        return isError;
    }

    /// <summary>A count of tokens: a whole number from 0 to 2³¹−1, also as text or as <c>100.0</c>; null for anything else.</summary>
    public static int? Count(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            var digits = reader.ValueSpan;
            if (System.Buffers.Text.Utf8Parser.TryParse(digits, out int value, out var used) && used == digits.Length)
                return value >= 0 ? value : null;
            return System.Buffers.Text.Utf8Parser.TryParse(digits, out decimal whole, out used) && used == digits.Length
                && whole is >= 0 and <= int.MaxValue && decimal.IsInteger(whole)
                ? (int)whole
                : null;
        }

        reader.Skip();
        return null;
    }

    /// <summary>A number, also as text; null for anything else, and for what a decimal cannot hold.</summary>
    public static decimal? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            var digits = reader.ValueSpan;
            return System.Buffers.Text.Utf8Parser.TryParse(digits, out decimal value, out var used) && used == digits.Length ? value : null;
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

    /// <summary>The number after a property's name.</summary>
    public static decimal? NextNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Number(ref reader);
    }

    /// <summary>Skips the value after a property's name and returns its type.</summary>
    public static JsonTokenType SkipNext(ref Utf8JsonReader reader)
    {
        reader.Read();
        var type = reader.TokenType;
        reader.Skip();
        return type;
    }

    /// <summary>Skips the property whose name was read, and returns whether it says anything: a text that is not empty, here or deeper, and
    /// more than a label.</summary>
    public static bool SkipNextSaying(ref Utf8JsonReader reader)
    {
        var isLabel = IsLabel(Name(ref reader));
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return !isLabel && IsText(ref reader);
        (var depth, var says, isLabel) = (reader.CurrentDepth, false, false);
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
                isLabel = IsLabel(Name(ref reader));
            else
                says |= !isLabel && IsText(ref reader);
        }

        return says;
    }

    /// <summary>A copy of the current value, as raw JSON.</summary>
    public static string Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
    }

    /// <summary>Enters an object. Skips any other value and returns false.</summary>
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

    // A copy of the reader looks ahead.
    private static bool HasMembers(Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray);

    private static bool IsText(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;

    private static bool IsLabel(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("type"u8) || name.SequenceEqual("id"u8) || name.SequenceEqual("name"u8) || name.SequenceEqual("role"u8)
        || name.SequenceEqual("format"u8);

    private static byte[] Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            var name = new byte[reader.ValueSpan.Length];
            return name[..reader.CopyString(name)];
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }
}
