namespace Orchestrator.Providers;

/// <summary>Names of authors and schemas as strict servers take them: at most 64 letters and digits of ASCII, underscores and
/// hyphens.</summary>
/// <remarks>Source: OpenAI's API reference; the pattern is <c>^[a-zA-Z0-9_-]{1,64}$</c>.</remarks>
internal static class TextName
{
    private const int Longest = 64;

    /// <summary>The name without other characters; null when nothing is left.</summary>
    public static string? Of(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return null;
        if (name.Length <= Longest && name.AsSpan().IndexOfAnyExcept(Allowed) < 0)
            return name;
        var left = string.Concat(name.Where(c => Allowed.Contains(c)).Take(Longest));
        return left.Length == 0 ? null : left;
    }

    private static readonly System.Buffers.SearchValues<char> Allowed =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
}
