namespace Orchestrator.Testing.Wall;

/// <summary>What must be seen nowhere but on the wire.</summary>
internal static class WallSecrets
{
    /// <summary>The key of every server.</summary>
    public const string ApiKey = "sk-wall-canary-5f0e2b7719c34d";

    /// <summary>Part of every prompt.</summary>
    public const string Prompt = "nightingale-canary-83b1";

    /// <summary>The first of them that a text holds; null when it holds none.</summary>
    public static string? In(string text) =>
        text.Contains(ApiKey, StringComparison.Ordinal) ? "the key"
        : text.Contains(Prompt, StringComparison.Ordinal) ? "the prompt"
        : null;
}
