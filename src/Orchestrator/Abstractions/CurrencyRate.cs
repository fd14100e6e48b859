using System.Globalization;

namespace Orchestrator;

/// <summary>The rate of one currency in another, on a day.</summary>
internal readonly record struct CurrencyRate(decimal Value, DateOnly AsOf)
{
    public static decimal Checked(decimal rate, string name) => rate is > 0 and <= ModelPrice.MostPer1K
        ? rate
        : throw new ArgumentOutOfRangeException(
            name, rate, $"A rate is above 0 and at most {ModelPrice.MostPer1K:0}: what one unit of the foreign currency costs.");

    public string Describe(string from, string to) =>
        string.Create(CultureInfo.InvariantCulture, $"converted from {from} at {Value} {to} as of {AsOf:yyyy-MM-dd}");
}
