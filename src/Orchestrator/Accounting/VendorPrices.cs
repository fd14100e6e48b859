namespace Orchestrator;

/// <summary>The built-in tables, made of the prices in the vendors' files. A test compares them with docs/tokens-and-prices.md.</summary>
internal static class VendorPrices
{
    private const string Rouble = "RUB";

    /// <summary>Today's tariffs in roubles.</summary>
    public static PricingTable CreateCurrent() => Create(Rouble, isOld: false, PricingTable.Empty(Rouble));

    /// <summary>Today's tariffs in roubles, and the prices of 0.7.0 under the names it had.</summary>
    public static PricingTable CreateDefault() => Create(Rouble, isOld: true, CreateCurrent());

    /// <summary>Today's tariffs in US dollars. Standard processing: no batch, flex, priority or regional tariff.</summary>
    public static PricingTable CreateUsd() => Create(CurrencyCode.UsDollar, isOld: false, PricingTable.Empty(CurrencyCode.UsDollar));

    private static PricingTable Create(string currency, bool isOld, PricingTable table)
    {
        var rows = VendorFacts.All.Where(facts => facts.Currency == currency).SelectMany(facts => facts.Prices);
        foreach (var (row, _) in rows.Where(price => price.IsOld == isOld))
            table = table.Set(row.Vendor, row.Model, row.Price, isOld);
        return table;
    }
}
