using System.Collections.Frozen;

namespace Orchestrator.Providers;

/// <summary>
/// Removes from a server's text all parts of the request and of the credentials that it repeats, however they are escaped: errors are
/// logged, and prompts and keys must not be.
/// </summary>
/// <remarks>The work is bounded: if the prompt is too long to be compared, all of the server's text is removed.</remarks>
internal static class PromptEcho
{
    /// <summary>A run of this many letters and digits that the request has too is cut. Shorter runs are common words.</summary>
    public const int Shortest = 12;

    /// <summary>A shorter text of the request is cut where all of it occurs, down to this length.</summary>
    public const int ShortestWhole = 8;

    /// <summary>A still shorter text of a message is cut where it occurs as whole words, down to this length.</summary>
    public const int ShortestWord = 4;

    /// <summary>A run of this many letters and digits that a credential has too is cut. A mask that shows four at an end stays.</summary>
    public const int ShortestSecret = 6;

    /// <summary>How many characters of a request are compared at most.</summary>
    public const int MostCompared = 8 * 1024 * 1024;

    private const string Mark = "…";
    private const string SecretMark = "***";
    private const int Chunk = 2 * 1024;
    private const int Overlap = 512;
    private const int LongestShort = 256;
    private const int MostShort = 4096;
    private const long MostBytes = 256L * 1024 * 1024;

    // An excerpt is shorter than this, escapes included; the rest is dropped without a comparison.
    private const int Considered = 8 * HttpCaps.Excerpt;

    // Keywords of JSON Schema that servers name when they refuse a schema. They say nothing about the user.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Keywords = new[]
    {
        "additionalproperties", "patternproperties", "unevaluatedproperties", "propertynames", "minproperties", "maxproperties",
        "exclusiveminimum", "exclusivemaximum", "dependentrequired", "dependentschemas", "contentencoding", "contentmediatype",
    }.ToFrozenSet().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The text without the parts it repeats.</summary>
    /// <param name="text">A server's text.</param>
    /// <param name="request">The request; null when it held nothing of a user's.</param>
    /// <param name="secrets">The credentials that were sent; null for none.</param>
    public static string? Cut(string? text, LlmRequest? request, IEnumerable<string>? secrets = null)
    {
        if (string.IsNullOrEmpty(text) || IsStatus(text))
            return text;
        using var words = new ServerText(text.Length > Considered ? text[..Considered] : text);
        if (!words.IsComparable || (request is not null && !TryCut(words, request)))
            return Mark;
        words.CutOpaque(Mark);
        if (text.Length > Considered)
            words.CutEnd(Overlap, Mark);
        // Last, so that the secret's mark wins where a part repeats both.
        CutSecrets(words, secrets ?? []);
        return words.ToString();
    }

    // A short number is a status.
    private static bool IsStatus(string text) => text.Length <= 3 && text.All(char.IsAsciiDigit);

    private static void CutSecrets(ServerText words, IEnumerable<string> secrets)
    {
        using var grams = new Grams(ShortestSecret, words.Letters);
        foreach (var secret in secrets)
        {
            var text = secret.ToCharArray();
            var units = new char[text.Length * 2];
            grams.Find(units.AsSpan(0, LetterFold.Fold(text, units, [])));
            var count = LetterFold.Fold(text.AsSpan(0, Escapes.Undo(text, [])), units, []);
            if (count >= ShortestSecret)
                grams.Find(units.AsSpan(0, count));
            else if (secret.Length > 0)
                words.CutPlain(secret, SecretMark);
        }

        if (grams.HasFound)
            words.Cut(grams, SecretMark, null);
    }

    /// <summary>False when the request is too long to be compared.</summary>
    private static bool TryCut(ServerText words, LlmRequest request)
    {
        using var grams = new Grams(Shortest, words.Letters);
        Span<char> buffer = stackalloc char[Chunk], units = stackalloc char[2 * Chunk];
        var left = MostCompared;
        foreach (var text in SentTexts.Of(request).Concat(SentTexts.Joined(request)))
        {
            left -= text.Length + 64;
            if (left < 0)
                return false;
            Find(words, grams, text, buffer, units);
        }

        CutShort(words, request);
        words.CutBytes([.. SentTexts.BytesOf(request)], MostBytes, Mark);
        if (grams.HasFound)
            words.Cut(grams, Mark, static found => Keywords.Contains(found));
        return true;
    }

    // Texts of messages that are too short for the comparison of pieces.
    private static void CutShort(ServerText words, LlmRequest request)
    {
        Span<char> plain = stackalloc char[LongestShort], units = stackalloc char[2 * LongestShort];
        var left = MostShort;
        foreach (var text in SentTexts.OfMessages(request))
        {
            if (text.Length > LongestShort)
                continue;
            if (--left < 0)
                return;
            text.CopyTo(plain);
            var found = units[..LetterFold.Fold(plain[..Escapes.Undo(plain[..text.Length], [])], units, [])];
            if (found.Length is >= ShortestWord and < ShortestWhole)
                words.CutWords(found, Mark);
            // A text of symbols alone has no letters to compare.
            else if (found.Length < ShortestWord && text.AsSpan().Trim().Length >= ShortestWhole)
                words.CutPlain(text.Trim(), Mark);
        }
    }

    // In chunks that overlap by more than the longest escape of a piece.
    private static void Find(ServerText words, Grams grams, string text, Span<char> buffer, Span<char> units)
    {
        for (var begin = 0; ; begin += Chunk - Overlap)
        {
            var piece = text.AsSpan(begin, Math.Min(Chunk, text.Length - begin));
            piece.CopyTo(buffer);
            // Also with its escapes: some servers break up text that looks like an escape.
            var whole = units[..LetterFold.Fold(piece, units, [])];
            grams.Find(whole);
            var plain = buffer[..Escapes.Undo(buffer[..piece.Length], [])];
            var found = plain.Length == piece.Length ? whole : units[..LetterFold.Fold(plain, units, [])];
            if (piece.Length == text.Length && found.Length is >= ShortestWhole and < Shortest)
                words.CutWhole(found, Mark);
            else if (plain.Length < piece.Length)
                grams.Find(found);
            if (begin + piece.Length >= text.Length)
                return;
        }
    }
}
