using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Joins a character that a server cut in two: the JSON escapes of its surrogate pair came in two pieces of one text. The first
/// half waits for the next piece. One for each text.</summary>
internal struct SplitPair
{
    private const int EscapeLength = 6;
    private const string Replacement = "\uFFFD";
    private char _high;

    /// <summary>The text of the value after a property's name, with what waited before it; see <see cref="JsonRead.NextText"/>.</summary>
    public string? Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Read(ref reader);
    }

    /// <summary>The text of the current value.</summary>
    public string? Read(ref Utf8JsonReader reader)
    {
        // Almost no piece has escapes at all.
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty || (_high == '\0' && !reader.ValueIsEscaped))
            return JsonRead.Text(ref reader);
        var value = reader.ValueSpan;
        var (first, last) = (_high == '\0' ? '\0' : BrokenText.UnitAt(value), LastEscape(value));
        var isPair = char.IsLowSurrogate(first);
        var waits = char.IsHighSurrogate(last);
        if (_high == '\0' && !waits)
            return JsonRead.Text(ref reader);
        var before = _high == '\0' ? "" : isPair ? new string([_high, first]) : Replacement;
        _high = waits ? last : '\0';
        var rest = value[(isPair ? EscapeLength : 0)..(waits ? value.Length - EscapeLength : value.Length)];
        return before + BrokenText.Repaired(rest, isEscaped: true);
    }

    /// <summary>What still waits when the text has ended: the replacement character; null for nothing.</summary>
    public string? Rest()
    {
        var rest = _high == '\0' ? null : Replacement;
        _high = '\0';
        return rest;
    }

    private static char LastEscape(ReadOnlySpan<byte> value)
    {
        if (value.Length < EscapeLength || value[^EscapeLength] != '\\')
            return '\0';
        // An even number of backslashes before it: it is no escaped backslash itself.
        var before = value[..^EscapeLength];
        var slashes = before.Length - (before.LastIndexOfAnyExcept((byte)'\\') + 1);
        return slashes % 2 == 0 ? BrokenText.UnitAt(value[^EscapeLength..]) : '\0';
    }
}
