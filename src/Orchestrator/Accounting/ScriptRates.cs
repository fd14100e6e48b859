namespace Orchestrator;

/// <summary>The kinds of characters that an estimate distinguishes.</summary>
internal enum CharKind : byte
{
    Latin,
    Cyrillic,

    /// <summary>Other alphabets, and Latin with accents.</summary>
    Foreign,

    /// <summary>Chinese, Japanese, Korean.</summary>
    Ideograph,

    /// <summary>Digits and the punctuation of prose.</summary>
    Figure,

    /// <summary>Punctuation that shows code or data, such as braces.</summary>
    Mark,

    /// <summary>Half an emoji, an arrow, a control character.</summary>
    Symbol,

    /// <summary>White space after white space.</summary>
    Gap,

    /// <summary>Counts as the character before it.</summary>
    Blank,
}

/// <summary>
/// Characters per token, turned into millionths of a token per character. Spaces between words count with the script before them, as in the
/// figures this is fitted to: published by vendors (English 5.35), measured with public tokenizers for o200k, cl100k (Russian 2.2 to 2.8),
/// Llama 3 (3.2 to 4.0), Llama 2 and Mistral (2.7 to 3.2). Those of Cyrillic and ideographs are in <see cref="ModelFamily"/>.
/// </summary>
internal static class ScriptRates
{
    public const long Token = 1_000_000;
    public const long Latin = Token * 10 / 51;
    public const long Code = Token * 10 / 34;
    public const long Figure = Token * 10 / 33;
    public const long Foreign = Token / 2;
    public const long Symbol = Token;
    public const long Gap = Token / 8;

    /// <summary>How many Latin letters count as code for one mark.</summary>
    public const long LettersPerMark = 8;
}
