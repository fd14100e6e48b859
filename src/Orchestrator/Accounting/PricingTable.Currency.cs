using System.Collections.Immutable;

namespace Orchestrator;

// A table has one currency. What is in another is converted at a rate that the user gives, or unknown.
public sealed partial class PricingTable
{
    /// <summary>The same prices in another currency, at a rate that you give. This table stays as it is.</summary>
    /// <remarks>The new table keeps the rate, so that it can also convert what vendors report of their charges in this table's currency.
    /// Each row keeps its date; its source tells the rate and the day of it.</remarks>
    /// <param name="currency">The currency to convert to: an ISO 4217 code, or any word without white space.</param>
    /// <param name="rate">What one unit of <see cref="Currency"/> costs in the other currency; above 0, at most 1,000,000,000.</param>
    /// <param name="asOf">The day of the rate.</param>
    /// <returns>A new table.</returns>
    /// <exception cref="ArgumentException">The currency is no word, or is this table's own at a rate that is not 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate, or a price at that rate, is out of range.</exception>
    public PricingTable ConvertTo(string currency, decimal rate, DateOnly asOf)
    {
        CurrencyCode.Checked(currency, nameof(currency));
        var converted = new CurrencyRate(CurrencyRate.Checked(rate, nameof(rate)), asOf);
        if (CurrencyCode.Same(currency, Currency))
        {
            return rate == 1
                ? this
                : throw new ArgumentException($"The table is in {Currency} already, so the rate can only be 1.", nameof(rate));
        }


        var entries = _entries.ToImmutableDictionary(entry => entry.Key, entry => entry.Value with
        {
            Row = entry.Value.Row with { Price = Moved(entry.Value.Row.Price, currency, converted) },
            // Outdated rows are found by comparing with today's tariffs, which are in the old currency.
            IsOld = false,
        });
        var rates = NoRates.Add(Currency, converted);
        foreach (var (foreign, known) in _rates)
        {
            if (!CurrencyCode.Same(foreign, currency))
                rates = rates.SetItem(foreign, known with { Value = known.Value * rate });
        }

        return new(currency, entries, rates);
    }

    /// <summary>This table with the rows and rates of another one added or replaced, such as <see cref="CurrentUsd"/> converted. Both stay
    /// as they are.</summary>
    /// <param name="other">The other table, in the same currency.</param>
    /// <returns>A new table.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException">The other table is in another currency.</exception>
    public PricingTable With(PricingTable other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!CurrencyCode.Same(other.Currency, Currency))
        {
            throw new ArgumentException(
                $"The table to join is in {other.Currency}, this one in {Currency}. "
                + $"Join its ConvertTo(\"{Currency}\", rate, asOf) with the rate of the day.",
                nameof(other));
        }

        return new(Currency, _entries.SetItems(other._entries), _rates.SetItems(other._rates));
    }

    /// <summary>This table with a rate, so that prices with a <see cref="ModelPrice.Currency"/> of their own and costs that vendors report
    /// (in US dollars) are no longer unknown. This table stays as it is.</summary>
    /// <param name="currency">The foreign currency.</param>
    /// <param name="rate">What one unit of it costs in <see cref="Currency"/>; above 0, at most 1,000,000,000.</param>
    /// <param name="asOf">The day of the rate.</param>
    /// <returns>A new table.</returns>
    /// <exception cref="ArgumentException">The currency is no word, or is this table's own.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    public PricingTable WithRate(string currency, decimal rate, DateOnly asOf)
    {
        CurrencyCode.Checked(currency, nameof(currency));
        if (CurrencyCode.Same(currency, Currency))
            throw new ArgumentException($"The table is in {Currency}; a rate is for another currency.", nameof(currency));
        return new(Currency, _entries, _rates.SetItem(currency, new(CurrencyRate.Checked(rate, nameof(rate)), asOf)));
    }

    /// <summary>A price in this table's currency; null when it is in another without a rate.</summary>
    internal ModelPrice? Own(ModelPrice price)
    {
        if (price.Currency is not { } currency)
            return price;
        if (CurrencyCode.Same(currency, Currency))
            return price with { Currency = null };
        // A price that is out of range after conversion counts as unknown.
        return _rates.TryGetValue(currency, out var rate) && price.Highest() * rate.Value <= ModelPrice.MostPer1K
            ? price.Converted(currency, Currency, rate)
            : null;
    }

    /// <summary>US dollars in this table's currency; null without a rate.</summary>
    internal decimal? FromUsd(decimal usd) =>
        CurrencyCode.Same(Currency, CurrencyCode.UsDollar) ? usd
        : _rates.TryGetValue(CurrencyCode.UsDollar, out var rate) ? usd * rate.Value
        : null;

    internal bool Knows(string currency) => CurrencyCode.Same(currency, Currency) || _rates.ContainsKey(currency);

    /// <summary>A row's price for the table in the new currency. One that is in a third currency stays so until a rate is known.</summary>
    private ModelPrice Moved(ModelPrice price, string to, CurrencyRate rate) =>
        price.Currency is { } currency && CurrencyCode.Same(currency, to) ? price with { Currency = null }
        : Own(price) is { } own ? own.Converted(Currency, to, rate)
        : price;
}
