using System.Globalization;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// Reduces a text to what is compared: letters, digits and symbols, without case and accents. Spaces, punctuation and invisible characters
/// are dropped, because ways of quoting differ in them.
/// </summary>
internal static class LetterFold
{
    private const char Unknown = '\0';
    private const char Dropped = '\uFFFF';

    // Filled on demand. Racing threads write the same values.
    private static readonly char[] Known = new char[char.MaxValue + 1];

    /// <summary>Folds a text. An ideograph or syllable gives two units, because it carries more information than a letter.</summary>
    /// <param name="text">The text, without escapes.</param>
    /// <param name="units">Receives the folded units; twice as long as the text.</param>
    /// <param name="from">Receives the position in the text of each unit; empty when positions are not needed.</param>
    /// <returns>The number of units.</returns>
    public static int Fold(ReadOnlySpan<char> text, Span<char> units, Span<int> from)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsSurrogate(c) && !IsPaired(text, i))
                continue;
            var unit = Known[c] is not Unknown and var known ? known : Known[c] = Of(c);
            if (unit == Dropped)
                continue;
            for (var twice = c is >= '\u2E80' and <= '\uD7FF' ? 2 : 1; twice > 0; twice--)
            {
                units[count] = unit;
                if (!from.IsEmpty)
                    from[count] = i;
                count++;
            }
        }

        return count;
    }

    private static bool IsPaired(ReadOnlySpan<char> text, int at) => char.IsHighSurrogate(text[at])
        ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
        : at > 0 && char.IsHighSurrogate(text[at - 1]);

    private static char Of(char c)
    {
        if (char.IsSurrogate(c))
            return c;
        var plain = char.IsAscii(c) ? c : Base(c);
        return CharUnicodeInfo.GetUnicodeCategory(plain) switch
        {
            _ when plain is '\uFFFD' => Dropped,
            _ when char.IsLetterOrDigit(plain) => char.ToLowerInvariant(char.ToUpperInvariant(plain)),
            UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
                or UnicodeCategory.PrivateUse => plain,
            UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol
                or UnicodeCategory.OtherSymbol when !char.IsAscii(plain) => plain,
            _ => Dropped,
        };
    }

    // й is и with a breve, and some servers decompose such letters.
    private static char Base(char c)
    {
        try
        {
            var parts = c.ToString().Normalize(NormalizationForm.FormKD);
            for (var i = 1; i < parts.Length; i++)
            {
                if (CharUnicodeInfo.GetUnicodeCategory(parts[i]) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark))
                    return c;
            }

            return parts[0];
        }
        catch (ArgumentException)
        {
            // A noncharacter such as U+FFFE.
            return c;
        }
    }
}
