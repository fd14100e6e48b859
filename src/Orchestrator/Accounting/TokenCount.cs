namespace Orchestrator;

/// <summary>A number of tokens and how far to trust it.</summary>
internal readonly record struct TokenCount(long Tokens, UsageSource Source)
{
    public int ToInt() => TokenCounter.ToInt(Tokens);

    /// <summary>Both together; the less certain source, for the sum is no better.</summary>
    public static TokenCount operator +(TokenCount one, TokenCount other) =>
        new(one.Tokens + other.Tokens, (UsageSource)Math.Max((int)one.Source, (int)other.Source));
}
