namespace Orchestrator.Wall;

/// <summary>What must be seen nowhere but on the wire.</summary>
internal static class WallSecrets
{
    /// <summary>The key of every server.</summary>
    public const string ApiKey = "sk-wall-canary-5f0e2b7719c34d";

    /// <summary>Part of every prompt.</summary>
    public const string Prompt = "nightingale-canary-83b1";

    // How the fakes' access tokens begin.
    private static readonly string[] Tokens = ["fake-token-", "t1.fake-"];

    /// <summary>The key as a vendor wants it that has two parts of it in base64.</summary>
    public static string PairedKey { get; } = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"wall:{ApiKey}"));

    /// <summary>The first of them that a text holds; null when it holds none.</summary>
    public static string? In(string text) =>
        text.Contains(ApiKey, StringComparison.Ordinal) || text.Contains(PairedKey, StringComparison.Ordinal) ? "the key"
        : Array.Exists(Tokens, t => text.Contains(t, StringComparison.Ordinal)) ? "a token"
        : text.Contains(Prompt, StringComparison.Ordinal) ? "the prompt"
        : null;
}
