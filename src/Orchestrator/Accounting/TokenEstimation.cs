namespace Orchestrator;

/// <summary>How tokens are estimated for a model whose encoding is not known.</summary>
public enum TokenEstimation
{
    /// <summary>
    /// By the script of each character and the family of the model: 4.7 Cyrillic letters are a token for YandexGPT, 3.5 for GigaChat, 2.5
    /// for a model that was not measured. Meant to be within 15 % of the vendors' published figures for prose. The default.
    /// </summary>
    ByScript,

    /// <summary>
    /// The rule of version 0.7.0: words × 1.3, rounded down, whatever the language. About right for English, 20 to 55 % too low for
    /// Russian, and 1 for any text without spaces. For comparing with old figures.
    /// </summary>
    ByWords,
}
