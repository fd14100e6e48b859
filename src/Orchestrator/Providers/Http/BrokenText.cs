using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Orchestrator.Providers;

/// <summary>JSON strings that are not valid text: invalid UTF-8, or half a surrogate pair in an escape. .NET's reader throws at
/// them.</summary>
internal static class BrokenText
{
    /// <summary>Whether a string's bytes, between its quotes, cannot be read as text.</summary>
    public static bool IsIn(ReadOnlySpan<byte> value, bool isEscaped) => !Utf8.IsValid(value) || (isEscaped && HasHalfPair(value));

    /// <summary>The text with U+FFFD in place of invalid parts. The escapes have to be those of JSON.</summary>
    public static string Repaired(ReadOnlySpan<byte> value, bool isEscaped) =>
        isEscaped ? Repaired(Unescaped(value)) : Encoding.UTF8.GetString(value);

    /// <summary>The text with U+FFFD in place of half pairs.</summary>
    public static string Repaired(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                text[i] = '\uFFFD';
        }

        return text.ToString();
    }

    /// <summary>The text with half pairs as they are: the other half may follow in the next piece.</summary>
    public static StringBuilder Unescaped(ReadOnlySpan<byte> value)
    {
        var raw = Encoding.UTF8.GetString(value);
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
                'u' => (char)ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var c => c,
            });
            if (raw[i] == 'u')
                i += 4;
        }

        return text;
    }

    private static bool HasHalfPair(ReadOnlySpan<byte> value)
    {
        while (value.IndexOf((byte)'\\') is >= 0 and var at)
        {
            value = value[at..];
            var unit = UnitAt(value);
            // A high surrogate must be followed by a low one, both escaped; a valid pair is skipped as a whole.
            if (char.IsLowSurrogate(unit) || (char.IsHighSurrogate(unit) && !char.IsLowSurrogate(UnitAt(value[6..]))))
                return true;
            value = value[(char.IsHighSurrogate(unit) ? 12 : 2)..];
        }

        return false;
    }

    /// <summary>The UTF-16 unit of the escape at the beginning of the bytes; NUL when there is none.</summary>
    public static char UnitAt(ReadOnlySpan<byte> value) =>
        value.Length >= 6 && value.StartsWith("\\u"u8)
            && ushort.TryParse(value[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : '\0';
}
