using Microsoft.Extensions.Configuration;

namespace Orchestrator.DependencyInjection;

/// <summary>A value as a message may show it: short, on one line, and not at all when it could be a secret.</summary>
internal static class ShownValue
{
    private const int Longest = 40;

    private static readonly string[] SecretWords = ["key", "token", "secret", "password", "header", "authorization"];

    public static string Of(string path, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "empty";
        if (path.Split(ConfigurationPath.KeyDelimiter).Any(IsSecret))
            return "something else (not shown: it may be a secret)";
        var head = value.Length <= Longest ? value : value[..Longest] + "…";
        return $"\"{string.Concat(head.Select(c => char.IsControl(c) ? ' ' : c))}\"";
    }

    // These speak of the tokens of a text.
    private static bool IsSecret(string key) =>
        !key.Equals("FirstToken", StringComparison.OrdinalIgnoreCase)
        && !key.Equals("UseMaxCompletionTokens", StringComparison.OrdinalIgnoreCase)
        && SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));
}
