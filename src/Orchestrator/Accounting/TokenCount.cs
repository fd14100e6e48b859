namespace Orchestrator;

/// <summary>A number of tokens and its source.</summary>
internal readonly record struct TokenCount(long Tokens, UsageSource Source)
{
    public int ToInt() => TokenCounter.ToInt(Tokens);

    /// <summary>The sum, with the less certain of the two sources.</summary>
    public static TokenCount operator +(TokenCount one, TokenCount other) =>
        new(one.Tokens + other.Tokens, (UsageSource)Math.Max((int)one.Source, (int)other.Source));
}
