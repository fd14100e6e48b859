namespace Orchestrator.DependencyInjection;

/// <summary>Reads the table of prices: a base, tables joined to it, and rows of the user's own.</summary>
internal static class PriceSettings
{
    private static readonly BuiltInPrices[] Tables = [BuiltInPrices.Default, BuiltInPrices.Current, BuiltInPrices.CurrentUsd];

    public static PricingTable? ReadTable(SettingsReader reader)
    {
        var rates = RateSettings.Read(reader);
        var table = WithRates(Base(reader, rates), rates);
        table = Join(reader, table, rates);
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in reader.Sections("Models"))
        {
            var (vendor, model) = (row.RequiredText("Vendor"), row.RequiredText("Model"));
            var price = ModelPriceSettings.Read(row, withSource: true);
            row.RefuseUnknownKeys();
            if (vendor is null || model is null || price is null)
                continue;
            var key = $"{vendor}/{model}";
            if (!seen.TryAdd(key, row.Path))
                row.Problem($"{row.Path} prices the same model of the same vendor as {seen[key]}. Remove one.");
            if (table is not null && price.Currency is { } foreign && !table.Knows(foreign))
            {
                row.Problem(
                    $"{row.PathOf("Currency")} is {CurrencyCode.Shown(foreign)}, but the table is in "
                        + $"{CurrencyCode.Shown(table.Currency)} and knows no rate: "
                        + HowToRate(reader, foreign));
            }

            table = table?.With(vendor, model, price);
        }

        reader.RefuseUnknownKeys();
        return table;
    }

    /// <summary>The price of one provider, whatever its model.</summary>
    public static ModelPrice? ReadPriceOf(SettingsReader owner)
    {
        if (owner.Section("Price") is not { } reader)
            return null;
        var price = ModelPriceSettings.Read(reader, withSource: false);
        reader.RefuseUnknownKeys();
        return price;
    }

    private static PricingTable? Base(SettingsReader reader, RateSettings rates)
    {
        var chosen = reader.Choice("Base", [.. Tables, BuiltInPrices.Empty]);
        var currency = reader.Text("Currency");
        if (chosen is null && reader.Text("Base") is not null)
            return null; // The error is reported already; without a base the currency cannot be checked.
        var choice = chosen ?? BuiltInPrices.Default;
        if (currency is not null && !CurrencyCode.IsOne(currency))
        {
            reader.Refuse("Currency", "one word such as RUB");
            return null;
        }

        currency = currency is null ? null : CurrencyCode.Plain(currency);
        if (choice == BuiltInPrices.Empty)
            return currency is null ? PricingTable.Empty() : PricingTable.Empty(currency);

        var table = TableOf(choice);
        if (currency is null || currency == table.Currency)
            return table;
        if (rates.Convert(table, currency) is { } converted)
            return converted;
        reader.Problem(
            $"{reader.PathOf("Currency")} is {CurrencyCode.Shown(currency)}, but the built-in prices ({reader.PathOf("Base")}: "
                + $"{choice}) are in "
                + $"{table.Currency}. Set {reader.PathOf("Base")} to Empty and list your own prices under {reader.PathOf("Models")}. "
                + $"Or convert them: {HowToRate(reader, table.Currency)}");
        return null;
    }

    private static PricingTable? WithRates(PricingTable? table, RateSettings rates) => table is null ? null : rates.AddTo(table);

    private static PricingTable? Join(SettingsReader reader, PricingTable? table, RateSettings rates)
    {
        foreach (var name in reader.Texts("Join"))
        {
            var at = Array.FindIndex(Tables, known => NearestName.Plain(known.ToString()) == NearestName.Plain(name));
            if (at < 0)
            {
                var names = Array.ConvertAll(Tables, known => known.ToString());
                reader.Problem($"{reader.PathOf("Join")} must be a list of {string.Join(", ", names)}, but has " +
                    $"{ShownValue.Of(reader.PathOf("Join"), name, names)}.{NearestName.Hint(name, names)}");
            }
            else if (table is not null)
            {
                var joined = TableOf(Tables[at]);
                if (rates.Convert(joined, table.Currency) is { } converted)
                    table = table.With(converted);
                else
                {
                    reader.Problem($"{reader.PathOf("Join")} has {Tables[at]}, which is in {joined.Currency}, but the table is in " +
                        $"{CurrencyCode.Shown(table.Currency)}: {HowToRate(reader, joined.Currency)}");
                }
            }
        }

        return table;
    }

    private static string HowToRate(SettingsReader reader, string currency) =>
        $"say under {reader.PathOf("Rates")}:{CurrencyCode.Shown(currency)} what one unit of it costs, with the keys Rate and AsOf.";

    private static PricingTable TableOf(BuiltInPrices choice) => choice switch
    {
        BuiltInPrices.Current => PricingTable.Current,
        BuiltInPrices.CurrentUsd => PricingTable.CurrentUsd,
        _ => PricingTable.Default,
    };

    private enum BuiltInPrices
    {
        Default,
        Current,
        CurrentUsd,
        Empty,
    }
}
