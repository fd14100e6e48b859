namespace Orchestrator;

/// <summary>How one provider is used by one router. Immutable.</summary>
public sealed record ProviderOptions
{
    internal static ProviderOptions Default { get; } = new();

    /// <summary>Further values of <see cref="Microsoft.Extensions.AI.ChatOptions.ModelId"/> that select this provider, beside its name and model.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Time limits for this provider in this router. More specific than <see cref="ProviderInfo.Limits"/>.</summary>
    /// <value><see langword="null"/>: those of the provider, then the router's.</value>
    public LimitOptions? Limits { get; init; }

    /// <summary>The price of this provider's tokens, instead of the table's row for its vendor and model.</summary>
    /// <value><see langword="null"/>: <see cref="RouterOptions.Prices"/> decides.</value>
    public ModelPrice? Price { get; init; }
}
