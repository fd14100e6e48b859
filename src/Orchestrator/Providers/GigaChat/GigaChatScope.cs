namespace Orchestrator.Providers;

/// <summary>Which version of the API an authorization key is for. The account page of developers.sber.ru shows it beside the key.</summary>
public enum GigaChatScope
{
    /// <summary><c>GIGACHAT_API_PERS</c>: individuals; one generation at a time.</summary>
    Pers = 0,

    /// <summary><c>GIGACHAT_API_B2B</c>: companies with prepaid packages; ten generations at a time.</summary>
    B2B,

    /// <summary><c>GIGACHAT_API_CORP</c>: companies that pay as they go; ten generations at a time.</summary>
    Corp,
}

internal static class GigaChatScopes
{
    public const string Expected = "GIGACHAT_API_PERS, GIGACHAT_API_B2B or GIGACHAT_API_CORP";

    private const string Prefix = "GIGACHAT_API_";

    public static IReadOnlyList<GigaChatScope> All { get; } = [GigaChatScope.Pers, GigaChatScope.B2B, GigaChatScope.Corp];

    public static string Text(this GigaChatScope scope) => scope switch
    {
        GigaChatScope.Pers => "GIGACHAT_API_PERS",
        GigaChatScope.B2B => "GIGACHAT_API_B2B",
        GigaChatScope.Corp => "GIGACHAT_API_CORP",
        _ =>
            throw new ArgumentException(
                $"GigaChatOptions.Scope is {(int)scope}; it must be one of {string.Join(", ", All)}.", nameof(scope)),
    };

    /// <summary>Generations the vendor allows an account at the same time (its page of limits, 19 November 2025).</summary>
    public static int Concurrency(this GigaChatScope scope) => scope == GigaChatScope.Pers ? 1 : 10;

    /// <summary>Reads the vendor's name of a scope or the short one, in any case.</summary>
    public static bool TryParse(string text, out GigaChatScope scope)
    {
        if (text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            text = text[Prefix.Length..];
        foreach (var known in All)
        {
            scope = known;
            if (known.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        scope = default;
        return false;
    }
}
