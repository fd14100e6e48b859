namespace Orchestrator;

/// <summary>One row of a <see cref="PricingTable"/>. Immutable.</summary>
/// <param name="Vendor">The vendor key, such as <c>gigachat</c>.</param>
/// <param name="Model">The model, or <see cref="PricingTable.AnyModel"/>.</param>
/// <param name="Price">Its price in the currency of the table, with its date and source.</param>
public sealed record PricingRow(string Vendor, string Model, ModelPrice Price);
