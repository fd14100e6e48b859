using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Names of functions. One is the vendor's own: a function of the user's with that name goes under another.</summary>
/// <remarks>Source: ai-forever/gpt2giga, which renames it because the API takes the name for its own search.</remarks>
internal static class GigaChatNames
{
    private const string Own = "web_search";
    private const string Instead = "user_web_search";
    private const int Longest = 64;

    /// <summary>The name that is sent.</summary>
    public static string Sent(string name) => name == Own ? Instead : name;

    /// <summary>The caller's name for a function that the model calls.</summary>
    public static string Called(string name, ChatOptions? options)
    {
        if (name != Instead || options?.Tools is not { } tools)
            return name;
        foreach (var tool in tools)
        {
            if (tool?.Name == Own)
                return Own;
        }

        return name;
    }

    /// <summary>The name as an error shows it: in full if it is a plain name.</summary>
    public static string Shown(string name) =>
        name.Length is > 0 and <= Longest && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? $"'{name}'"
            : "whose name is no plain word";
}
