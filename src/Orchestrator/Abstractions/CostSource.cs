namespace Orchestrator;

/// <summary>Where the cost of an attempt comes from.</summary>
public enum CostSource
{
    /// <summary>The cost is unknown.</summary>
    None,

    /// <summary>Tokens times a price of <see cref="RouterOptions.Prices"/> or of <see cref="ProviderOptions.Price"/>.</summary>
    PriceTable,

    /// <summary>The vendor reported what it charges.</summary>
    Vendor,
}
