namespace Orchestrator;

/// <summary>How one provider is used by one router. Immutable.</summary>
public sealed record ProviderOptions
{
    internal static ProviderOptions Default { get; } = new();

    /// <summary>Further values of <see cref="Microsoft.Extensions.AI.ChatOptions.ModelId"/> that select this provider, beside its name and
    /// model.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Time-outs for this provider in this router. More specific than <see cref="ProviderInfo.Timeouts"/>.</summary>
    /// <value><see langword="null"/>: those of the provider, then the router's.</value>
    public TimeoutOptions? Timeouts { get; init; }

    /// <summary>The price of this provider's tokens, instead of the table's row for its vendor and model. One with a
    /// <see cref="ModelPrice.Currency"/> other than the router's needs a rate (<see cref="PricingTable.WithRate"/>); else it is
    /// unknown.</summary>
    /// <value><see langword="null"/>: <see cref="RouterOptions.Prices"/> decides.</value>
    public ModelPrice? Price { get; init; }

    /// <summary>How many attempts may run at the same time in this router; at least 1.</summary>
    /// <value><see langword="null"/>: <see cref="ProviderInfo.MaxConcurrency"/>, which holds what the vendor allows.</value>
    public int? MaxConcurrency
    {
        get;
        init => field = value is null or > 0 ? value
            : throw new ArgumentOutOfRangeException(
                nameof(MaxConcurrency), value, "MaxConcurrency must be 1 or more, or null for the provider's own.");
    }

    /// <summary>How many calls may wait for a free permit when every provider that could serve them is full. They are served in the order
    /// they came, and their wait counts against the call's limit (<see cref="TimeoutOptions.Call"/>). Beyond this number a call fails at
    /// once with <see cref="LlmErrorKind.Overloaded"/>. Zero: no call waits.</summary>
    /// <value><see cref="int.MaxValue"/>: any number; the call's limit alone ends a wait.</value>
    public int QueueLimit
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(QueueLimit), value, "QueueLimit must be 0 or more.");
    } = int.MaxValue;
}
