namespace Orchestrator.DependencyInjection;

internal static class PriceSettings
{
    private enum BaseTable
    {
        Default,
        Current,
        Empty,
    }

    public static PricingTable? ReadTable(SettingsReader reader)
    {
        var table = Base(reader);
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in reader.Sections("Models"))
        {
            var (vendor, model, price) = (row.RequiredText("Vendor"), row.RequiredText("Model"), ReadPrice(row, withSource: true));
            row.RefuseUnknownKeys();
            if (vendor is null || model is null || price is null)
                continue;
            var key = $"{vendor}/{model}";
            if (!seen.TryAdd(key, row.Path))
                row.Problem($"{row.Path} prices the same model of the same vendor as {seen[key]}. Remove one.");

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
        var price = ReadPrice(reader, withSource: false);
        reader.RefuseUnknownKeys();
        return price;
    }

    private static ModelPrice? ReadPrice(SettingsReader reader, bool withSource)
    {
        var (prompt, completion) = (reader.Money("PromptPer1K", required: true), reader.Money("CompletionPer1K", required: true));
        var cached = reader.Money("CachedPromptPer1K");
        var (asOf, source) = withSource ? (reader.Day("AsOf"), reader.Text("Source")) : default;
        return prompt is null || completion is null
            ? null
            : new ModelPrice(prompt.Value, completion.Value, cached) { AsOf = asOf, Source = source };
    }

    private static PricingTable? Base(SettingsReader reader)
    {
        var chosen = reader.Choice("Base", [BaseTable.Default, BaseTable.Current, BaseTable.Empty]);
        var currency = reader.Text("Currency");
        if (chosen is null && reader.Text("Base") is not null)
            return null; // Refused already; whether the currency suits nobody knows.
        var choice = chosen ?? BaseTable.Default;
        if (currency is not null && !IsCurrency(currency))
        {
            reader.Refuse("Currency", "one word such as RUB");
            return null;
        }

        // A code is a code however it is typed; any other word is the user's own.
        if (currency is { Length: 3 } && currency.All(char.IsAsciiLetter))
            currency = currency.ToUpperInvariant();
        if (choice == BaseTable.Empty)
            return currency is null ? PricingTable.Empty() : PricingTable.Empty(currency);

        var table = choice == BaseTable.Current ? PricingTable.Current : PricingTable.Default;
        if (currency is null || currency == table.Currency)
            return table;
        var shown = currency is { Length: 3 } ? $"is {currency}" : "differs";
        reader.Problem($"{reader.PathOf("Currency")} {shown}, but the built-in prices ({reader.PathOf("Base")}: {choice}) are in " +
            $"{table.Currency}. Set {reader.PathOf("Base")} to Empty and list your own prices under {reader.PathOf("Models")}.");
        return null;
    }

    private static bool IsCurrency(string text) => text.Length > 0 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
}
