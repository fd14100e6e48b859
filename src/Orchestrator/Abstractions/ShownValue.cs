using Microsoft.Extensions.Configuration;

namespace Orchestrator;

/// <summary>
/// A configured value as a message may show it: only if it resembles an expected word, or is a short number or time where one is expected.
/// Users put keys into the wrong setting, and messages are logged.
/// </summary>
internal static class ShownValue
{
    private const int LongestWord = 32;
    private const int LongestNumber = 12;
    private const int MostDigits = 8;
    private const string Hidden = "something else (not shown: it may be a secret)";

    private static readonly string[] SecretWords = ["key", "token", "secret", "password", "header", "authorization"];

    /// <summary>The value, or a text that says it is not shown.</summary>
    /// <param name="path">Its configuration key.</param>
    /// <param name="value">The value.</param>
    /// <param name="known">The allowed words; empty for a free text.</param>
    /// <param name="isNumber">Whether the key expects a number, a time or a day.</param>
    public static string Of(string path, string? value, IEnumerable<string> known, bool isNumber = false)
    {
        if (string.IsNullOrEmpty(value))
            return "empty";
        return !path.Split(ConfigurationPath.KeyDelimiter).Any(IsSecret) && (IsNear(value, known) || (isNumber && IsNumber(value)))
            ? $"\"{value}\""
            : Hidden;
    }

    /// <summary>Whether a word resembles a known one so much that it is hardly a secret.</summary>
    public static bool IsNear(string value, IEnumerable<string> known) =>
        value.Length <= LongestWord && value.All(c => char.IsAsciiLetter(c) || c is '-' or '_')
        && NearestName.Hint(value, known).Length > 0;

    // A card number has more digits, and a key has letters.
    private static bool IsNumber(string value) =>
        value.Length <= LongestNumber && value.All(c => char.IsAsciiDigit(c) || c is '.' or ',' or ':' or '-' or '+')
        && value.Count(char.IsAsciiDigit) <= MostDigits;

    // In these keys "token" means a token of text.
    private static bool IsSecret(string key) =>
        !key.Equals("FirstToken", StringComparison.OrdinalIgnoreCase)
        && !key.Equals("UseMaxCompletionTokens", StringComparison.OrdinalIgnoreCase)
        && SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));
}
