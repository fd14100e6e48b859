using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>A text that comes in pieces. Half of a surrogate pair at the end of a piece, as a JSON escape, waits for the other half.</summary>
internal struct SplitText
{
    private const int Escape = 6;
    private char _half;

    /// <summary>The text of a piece; null for none.</summary>
    public string? Read(ref Utf8JsonReader reader) =>
        _half == '\0' && !(reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
            ? JsonRead.Text(ref reader)
            : ReadHalves(ref reader);

    /// <summary>What waits at the end of the answer, as a replacement character; null for nothing.</summary>
    public string? Rest()
    {
        if (_half == '\0')
            return null;
        _half = '\0';
        return "\uFFFD";
    }

    private string? ReadHalves(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return JsonRead.Text(ref reader) is { Length: > 0 } other ? Rest() + other : null;
        var value = reader.ValueSpan;
        var isEscaped = reader.ValueIsEscaped;
        if (value.IsEmpty)
            return null;
        var begin = "";
        if (_half != '\0')
        {
            var low = isEscaped ? BrokenText.UnitAt(value) : '\0';
            begin = char.IsLowSurrogate(low) ? new string([_half, low]) : "\uFFFD";
            value = char.IsLowSurrogate(low) ? value[Escape..] : value;
            _half = '\0';
        }

        if (isEscaped && value.Length >= Escape && char.IsHighSurrogate(BrokenText.UnitAt(value[^Escape..])) && !IsQuoted(value[..^Escape]))
        {
            _half = BrokenText.UnitAt(value[^Escape..]);
            value = value[..^Escape];
        }

        var text = begin + BrokenText.Repaired(value, isEscaped);
        return text.Length > 0 ? text : null;
    }

    /// <summary>Whether the backslash that follows is a text's own.</summary>
    private static bool IsQuoted(ReadOnlySpan<byte> before) => (before.Length - before.TrimEnd((byte)'\\').Length) % 2 == 1;
}
