using System.Globalization;
using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>
/// Splits text as the o200k encoding does: words with the one character before them, up to three digits, punctuation, white space.
/// No token crosses such a cut. Equal, piece by piece, to the expression the tokenizer library runs, but one pass over the text with
/// nothing shared between threads: that expression is one object of the whole process, and two threads take turns with it at every match.
/// </summary>
internal static class O200kPieces
{
    // The classes of the encoding's own pattern. A mark is a symbol too; a character with a case that is neither (CJK, modifiers) is both
    // Upper and Lower, for it may stand in either half of a word.
    private const byte Upper = 1, Lower = 2, Number = 4, White = 8, Newline = 16, Symbol = 32;
    private const byte InWord = Upper | Lower;

    /// <summary>Where the piece that begins at <paramref name="start"/> ends. Always further than <paramref name="start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int End(ReadOnlySpan<char> text, int start)
    {
        var kind = KindOf(text[start]);
        if ((kind & Number) != 0)
            return EndOfNumber(text, start);

        // A word takes along one character before it: mostly the space. Without such a character it must begin with a letter or mark.
        var first = start + 1;
        if ((kind & (Symbol | White)) != 0 && (kind & Newline) == 0)
        {
            // A mark that only capitals follow is a piece alone: its word would end with the last character that may be a small letter,
            // itself.
            if (first < text.Length && (KindOf(text[first]) & InWord) != 0)
                return EndOfWord(text, first, allowUpperOnly: (kind & InWord) == 0);
        }
        if ((kind & InWord) != 0)
            return EndOfWord(text, start, allowUpperOnly: true);
        if ((kind & Symbol) != 0)
            return EndOfSymbols(text, start);
        if (text[start] == ' ' && first < text.Length && (KindOf(text[first]) & Symbol) != 0)
            return EndOfSymbols(text, first);
        return EndOfWhite(text, start);
    }

    /// <summary>
    /// Whether the text before <paramref name="index"/> and the text from there on count apart exactly as they do together, whatever else
    /// follows: after a letter or digit that nothing continues, and after anything visible before a blank that is no line break.
    /// </summary>
    public static bool IsCut(ReadOnlySpan<char> text, int index)
    {
        var before = KindOf(text[index - 1]);
        var after = KindOf(text[index]);
        if ((before & White) != 0)
            return false;
        if ((after & (White | Newline)) == White)
            return true;
        return (before & Number) != 0 ? (after & Number) == 0
            : (before & Symbol) == 0 && (after & InWord) == 0 && text[index] != '\'';
    }

    private static int EndOfNumber(ReadOnlySpan<char> text, int start)
    {
        var end = start + 1;
        while (end < text.Length && end < start + 3 && (KindOf(text[end]) & Number) != 0)
            end++;
        return end;
    }

    // Capitals, then small letters, then an English contraction. With no small letter after the capitals the last character that counts
    // as both ends the word; with none of those either, the capitals alone are the word. Returns start when there is no word.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EndOfWord(ReadOnlySpan<char> text, int start, bool allowUpperOnly)
    {
        var end = start;
        var lastOfBoth = -1;
        var kind = 0;
        for (; end < text.Length; end++)
        {
            kind = KindOf(text[end]);
            if ((kind & Upper) == 0)
                break;
            if ((kind & Lower) != 0)
                lastOfBoth = end;
        }
        if (end < text.Length && (kind & Lower) != 0)
        {
            do
                end++;
            while (end < text.Length && (KindOf(text[end]) & Lower) != 0);
        }
        else if (lastOfBoth >= 0)
        {
            end = lastOfBoth + 1;
        }
        else if (!allowUpperOnly)
        {
            return start;
        }
        return end + 1 < text.Length && text[end] == '\'' ? end + Contraction(text[(end + 1)..]) : end;
    }

    private static int Contraction(ReadOnlySpan<char> afterApostrophe)
    {
        var first = afterApostrophe[0] | 0x20;
        if (first is 's' or 't' or 'm' or 'd')
            return 2;
        return afterApostrophe.Length > 1 && (first, afterApostrophe[1] | 0x20) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static int EndOfSymbols(ReadOnlySpan<char> text, int start)
    {
        var end = start + 1;
        while (end < text.Length && (KindOf(text[end]) & Symbol) != 0)
            end++;
        while (end < text.Length && text[end] is '\r' or '\n' or '/')
            end++;
        return end;
    }

    // Up to the last line break of the run; else all but the last blank, which belongs to what follows; else the one there is.
    private static int EndOfWhite(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        var lastNewline = -1;
        for (; end < text.Length; end++)
        {
            var kind = KindOf(text[end]);
            if ((kind & White) == 0)
                break;
            if ((kind & Newline) != 0)
                lastNewline = end;
        }
        if (lastNewline >= 0)
            return lastNewline + 1;
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    private static byte KindOf(char c) => c < 128 ? Ascii[c] : KindOfOther(c);

    private static byte KindOfOther(char c) => char.GetUnicodeCategory(c) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Upper,
        UnicodeCategory.LowercaseLetter => Lower,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => InWord,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => InWord | Symbol,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
        _ => char.IsWhiteSpace(c) ? White : Symbol,
    };

    private static ReadOnlySpan<byte> Ascii =>
    [
        32, 32, 32, 32, 32, 32, 32, 32, 32, 8, 24, 8, 8, 24, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32,
        8, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 32, 32, 32, 32, 32, 32,
        32, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 32, 32, 32, 32, 32,
        32, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 32, 32, 32, 32, 32,
    ];
}
