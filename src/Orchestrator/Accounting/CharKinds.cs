namespace Orchestrator;

/// <summary>The kind of every UTF-16 unit. Units suffice: a surrogate is half an emoji or a rare ideograph, and counts as half of
/// one.</summary>
internal static class CharKinds
{
    public static CharKind Of(char c) => c < 128 ? (CharKind)Ascii[c] : OfOther(c);

    private static CharKind OfOther(char c) => c switch
    {
        _ when char.IsWhiteSpace(c) => CharKind.Blank,
        >= '\u0400' and <= '\u052F' => CharKind.Cyrillic,
        < '\u00A0' => CharKind.Symbol,
        < '\u00C0' or (>= '\u2010' and <= '\u2027') or (>= '\u2030' and <= '\u205E') => CharKind.Figure,
        >= '\u1C80' and <= '\u1C8F' or (>= '\u2DE0' and <= '\u2DFF') or (>= '\uA640' and <= '\uA69F') => CharKind.Cyrillic,
        >= '\u1100' and <= '\u11FF' or (>= '\u2E80' and <= '\uA4CF') or (>= '\uA960' and <= '\uA97F') => CharKind.Ideograph,
        >= '\uAC00' and <= '\uD7FF' or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFFEF') => CharKind.Ideograph,
        < '\u2000' or (>= '\u2C00' and <= '\u2DDF') or (>= '\uA4D0' and <= '\uABFF') or (>= '\uFB00' and <= '\uFDFF') => CharKind.Foreign,
        >= '\uFE70' and <= '\uFEFE' => CharKind.Foreign,
        _ => CharKind.Symbol,
    };

    // Rows of 32: controls and white space; punctuation and digits; capitals; small letters. 0 Latin, 4 Figure, 5 Mark, 6 Symbol, 8 Blank.
    private static ReadOnlySpan<byte> Ascii =>
    [
        6, 6, 6, 6, 6, 6, 6, 6, 6, 8, 8, 8, 8, 8, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
        8, 4, 5, 5, 5, 5, 5, 4, 4, 4, 5, 5, 4, 4, 4, 5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 4,
        5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 5,
        5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 6,
    ];
}
