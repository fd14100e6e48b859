namespace Orchestrator;

/// <summary>A currency: by convention an ISO 4217 code; any single word is accepted.</summary>
internal static class CurrencyCode
{
    public const string UsDollar = "USD";

    // It is a label of metrics and a field of logs, where a line break or blank would be hard to see.
    public static bool IsOne(string text) => text.Length > 0 && !text.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c));

    public static string Checked(string text, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, name);
        return IsOne(text)
            ? text
            : throw new ArgumentException("A currency is one word such as RUB or USD; remove white space and control characters.", name);
    }

    /// <summary>A code of three letters in upper case; any other word unchanged.</summary>
    public static string Plain(string text) => text is { Length: 3 } && text.All(char.IsAsciiLetter) ? text.ToUpperInvariant() : text;

    /// <summary>Whether it is a word of few letters, as a currency of the user's own is.</summary>
    public static bool IsWord(string text) => text.Length is > 0 and <= 8 && text.All(char.IsAsciiLetter);

    /// <summary>Whether a message may show it: three letters, which hold no secret.</summary>
    public static bool IsShown(string text) => text.Length == 3 && text.All(char.IsAsciiLetter);

    /// <summary>The currency as a message shows it.</summary>
    public static string Shown(string text) => IsShown(text) ? text : "another currency";

    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
