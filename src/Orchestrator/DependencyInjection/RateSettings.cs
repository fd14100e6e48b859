using System.Globalization;

namespace Orchestrator.DependencyInjection;

/// <summary>The rates of foreign currencies in the section.</summary>
internal sealed class RateSettings
{
    private readonly Dictionary<string, (decimal Rate, DateOnly AsOf)> _rates = new(StringComparer.OrdinalIgnoreCase);

    public static RateSettings Read(SettingsReader reader)
    {
        var settings = new RateSettings();
        foreach (var (name, section) in reader.NamedSections("Rates", CurrencyCode.IsShown))
        {
            if (!CurrencyCode.IsWord(name))
            {
                reader.Problem($"{reader.PathOf("Rates")} has an entry whose name is no currency; it must be one word such as USD.");
                continue;
            }

            var rate = section.Value(
                "Rate",
                "a number above 0, with a point, such as 95.5",
                (string text, out decimal value) =>
                    decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
                    && value is > 0 and <= ModelPrice.MostPer1K);
            var day = section.Day("AsOf");
            if (section.Text("Rate") is null)
                section.Refuse("Rate", "a number above 0, with a point, such as 95.5");
            if (section.Text("AsOf") is null)
                section.Refuse("AsOf", "a day as yyyy-MM-dd");
            section.RefuseUnknownKeys();
            if (rate is { } value && day is { } asOf)
                settings._rates[CurrencyCode.Plain(name)] = (value, asOf);
        }

        return settings;
    }

    /// <summary>The table in a currency; null when it is in another without a rate.</summary>
    public PricingTable? Convert(PricingTable table, string currency) =>
        CurrencyCode.Same(table.Currency, currency) ? table
        : _rates.TryGetValue(table.Currency, out var known) ? table.ConvertTo(currency, known.Rate, known.AsOf)
        : null;

    public PricingTable AddTo(PricingTable table)
    {
        foreach (var (currency, (rate, asOf)) in _rates)
        {
            if (!CurrencyCode.Same(currency, table.Currency))
                table = table.WithRate(currency, rate, asOf);
        }

        return table;
    }
}
