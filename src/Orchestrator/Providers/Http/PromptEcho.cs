using System.Collections.Frozen;

namespace Orchestrator.Providers;

/// <summary>
/// Cuts out of a server's words what they repeat of the request and of the credentials, in whatever way it is escaped: errors end up in
/// logs, and prompts and keys must not.
/// </summary>
/// <remarks>The work is bounded: a prompt that is too long to be compared makes all of the words go.</remarks>
internal static class PromptEcho
{
    /// <summary>Letters and digits in a row that the request has too: so many are cut. Fewer are common words.</summary>
    public const int Shortest = 12;

    /// <summary>A text of the request that is shorter is cut where it stands whole, down to this length.</summary>
    public const int ShortestWhole = 8;

    /// <summary>A whole text of a message that is shorter still is cut where it stands as words of its own, down to this length.</summary>
    public const int ShortestWord = 4;

    /// <summary>Letters and digits in a row that a credential has too: so many are cut. Masks that show four at an end stay.</summary>
    public const int ShortestSecret = 6;

    /// <summary>How much of a request is compared.</summary>
    public const int MostCompared = 8 * 1024 * 1024;

    private const string Mark = "…";
    private const string SecretMark = "***";
    private const int Chunk = 2 * 1024;
    private const int Overlap = 512;
    private const int LongestShort = 256;
    private const int MostShort = 4096;
    private const long MostBytes = 256L * 1024 * 1024;

    // An excerpt shows less than this, escapes included; what comes after it is dropped unseen.
    private const int Considered = 8 * HttpCaps.Excerpt;

    // Words of JSON Schema that servers name when they refuse a schema, and that tell nothing of the user.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Keywords = new[]
    {
        "additionalproperties", "patternproperties", "unevaluatedproperties", "propertynames", "minproperties", "maxproperties",
        "exclusiveminimum", "exclusivemaximum", "dependentrequired", "dependentschemas", "contentencoding", "contentmediatype",
    }.ToFrozenSet().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The text without what it repeats.</summary>
    /// <param name="text">A server's words.</param>
    /// <param name="request">What was asked; null for nothing of a user's.</param>
    /// <param name="secrets">What was sent along; null for nothing.</param>
    public static string? Cut(string? text, LlmRequest? request, IEnumerable<string>? secrets = null)
    {
        if (string.IsNullOrEmpty(text) || IsStatus(text))
            return text;
        using var said = new SaidText(text.Length > Considered ? text[..Considered] : text);
        if (!said.IsComparable || (request is not null && !TryCut(said, request)))
            return Mark;
        said.CutOpaque(Mark);
        if (text.Length > Considered)
            said.CutEnd(Overlap, Mark);
        // Last, so that it shows where both are repeated.
        CutSecrets(said, secrets ?? []);
        return said.ToString();
    }

    // Most codes are statuses.
    private static bool IsStatus(string text) => text.Length <= 3 && text.All(char.IsAsciiDigit);

    private static void CutSecrets(SaidText said, IEnumerable<string> secrets)
    {
        using var grams = new Grams(ShortestSecret, said.Units);
        foreach (var secret in secrets)
        {
            var text = secret.ToCharArray();
            var units = new char[text.Length * 2];
            grams.Find(units.AsSpan(0, LetterFold.Fold(text, units, [])));
            var count = LetterFold.Fold(text.AsSpan(0, Escapes.Undo(text, [])), units, []);
            if (count >= ShortestSecret)
                grams.Find(units.AsSpan(0, count));
            else if (secret.Length > 0)
                said.CutPlain(secret, SecretMark);
        }

        if (grams.HasFound)
            said.Cut(grams, SecretMark, null);
    }

    /// <summary>False when the request is too long to be compared.</summary>
    private static bool TryCut(SaidText said, LlmRequest request)
    {
        using var grams = new Grams(Shortest, said.Units);
        Span<char> buffer = stackalloc char[Chunk], units = stackalloc char[2 * Chunk];
        var left = MostCompared;
        foreach (var text in SentTexts.Of(request).Concat(SentTexts.Joined(request)))
        {
            left -= text.Length + 64;
            if (left < 0)
                return false;
            Find(said, grams, text, buffer, units);
        }

        CutShort(said, request);
        said.CutBytes([.. SentTexts.BytesOf(request)], MostBytes, Mark);
        if (grams.HasFound)
            said.Cut(grams, Mark, static found => Keywords.Contains(found));
        return true;
    }

    // As long as a text that nothing else finds may be.
    private static void CutShort(SaidText said, LlmRequest request)
    {
        Span<char> plain = stackalloc char[LongestShort], units = stackalloc char[2 * LongestShort];
        var left = MostShort;
        foreach (var text in SentTexts.Said(request))
        {
            if (text.Length > LongestShort)
                continue;
            if (--left < 0)
                return;
            text.CopyTo(plain);
            var found = units[..LetterFold.Fold(plain[..Escapes.Undo(plain[..text.Length], [])], units, [])];
            if (found.Length is >= ShortestWord and < ShortestWhole)
                said.CutWords(found, Mark);
            // Symbols alone leave nothing to be compared.
            else if (found.Length < ShortestWord && text.AsSpan().Trim().Length >= ShortestWhole)
                said.CutPlain(text.Trim(), Mark);
        }
    }

    // Piece by piece; pieces overlap by more than the longest escape of what is looked for.
    private static void Find(SaidText said, Grams grams, string text, Span<char> buffer, Span<char> units)
    {
        for (var begin = 0; ; begin += Chunk - Overlap)
        {
            var piece = text.AsSpan(begin, Math.Min(Chunk, text.Length - begin));
            piece.CopyTo(buffer);
            // As it is too: some ways of writing take apart what looks like an escape.
            var whole = units[..LetterFold.Fold(piece, units, [])];
            grams.Find(whole);
            var plain = buffer[..Escapes.Undo(buffer[..piece.Length], [])];
            var found = plain.Length == piece.Length ? whole : units[..LetterFold.Fold(plain, units, [])];
            if (piece.Length == text.Length && found.Length is >= ShortestWhole and < Shortest)
                said.CutWhole(found, Mark);
            else if (plain.Length < piece.Length)
                grams.Find(found);
            if (begin + piece.Length >= text.Length)
                return;
        }
    }
}
