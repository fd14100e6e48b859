using System.Globalization;

namespace Orchestrator.DependencyInjection;

/// <summary>The kinds of value a key may have. Numbers and times are read the same in every culture.</summary>
internal static class SettingsValues
{
    private const string Time = "a time as hh:mm:ss or d.hh:mm:ss";
    private static readonly string[] Infinite = ["infinite"];
    private static readonly string[] TrueOrFalse = ["true", "false", "yes", "no", "on", "off"];

    /// <summary>Up to this value the hint takes a bare number for seconds; no time-out has more seconds.</summary>
    private static readonly TimeSpan LongestHint = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>A time longer than zero, or "infinite".</summary>
    public static TimeSpan? Limit(this SettingsReader reader, string key) => reader.Value<TimeSpan>(
        key, $"{Time}, longer than zero, or infinite", TryLimit, SecondsHint, Infinite);

    /// <summary>A time longer than zero.</summary>
    public static TimeSpan? FiniteLimit(this SettingsReader reader, string key) => reader.Value(
        key,
        $"{Time}, longer than zero",
        (string text, out TimeSpan value) => TryTime(text, out value) && value > TimeSpan.Zero,
        SecondsHint,
        Infinite);

    /// <summary>A time of zero or more.</summary>
    public static TimeSpan? Duration(this SettingsReader reader, string key) => reader.Value<TimeSpan>(
        key, $"{Time}, zero or longer", TryTime, SecondsHint, Infinite);

    /// <summary>A time of zero or more, or "infinite".</summary>
    public static TimeSpan? DurationOrInfinite(this SettingsReader reader, string key) => reader.Value(
        key,
        $"{Time}, zero or longer, or infinite",
        (string text, out TimeSpan value) => TryLimit(text, out value) || TryTime(text, out value),
        SecondsHint,
        Infinite);

    public static bool? YesNo(this SettingsReader reader, string key) =>
        reader.Value<bool>(key, "true or false", bool.TryParse, static _ => "", TrueOrFalse);

    public static int? WholeNumber(this SettingsReader reader, string key, int least = int.MinValue) => reader.Value(
        key,
        least == int.MinValue ? "a whole number" : $"a whole number of at least {least.ToString(CultureInfo.InvariantCulture)}",
        (string text, out int value) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least);

    /// <summary>A number from 0 to 1.</summary>
    public static double? Share(this SettingsReader reader, string key) => reader.Value(
        key,
        "a number from 0 to 1, with a point, such as 0.25",
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1);

    /// <summary>A number above 0 and at most 1.</summary>
    public static double? PositiveShare(this SettingsReader reader, string key) => reader.Value(
        key,
        "a number above 0 and at most 1, with a point, such as 0.25",
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value is > 0 and <= 1);

    /// <summary>A rate per second: a number of zero or more.</summary>
    public static double? Rate(this SettingsReader reader, string key) => reader.Value(
        key,
        "a number of zero or more, with a point, such as 0.5",
        (string text, out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= 0 && double.IsFinite(value));

    public static decimal? Money(this SettingsReader reader, string key, bool required = false)
    {
        const string Expected = "a number of zero or more, with a point, such as 0.4";
        if (required && reader.RequiredText(key, Expected) is null)
            return null;
        return reader.Value(key, Expected, (string text, out decimal value) => TryMoney(text, out value) && value <= ModelPrice.MostPer1K,
            text =>
                TryMoney(text, out _)
                    ? string.Create(CultureInfo.InvariantCulture, $" The highest price is {ModelPrice.MostPer1K:0}.")
                    : "");
    }

    public static DateOnly? Day(this SettingsReader reader, string key) => reader.Value(
        key,
        "a day as yyyy-MM-dd",
        (string text, out DateOnly value) =>
            DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out value));

    /// <summary>One of some names, ignoring case, '-' and '_', as the strategies' names do.</summary>
    public static T? Choice<T>(this SettingsReader reader, string key, IReadOnlyList<T> values)
        where T : struct, Enum
    {
        var names = values.Select(value => value.ToString()).ToList();
        return reader.Value(
            key,
            names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}",
            (string text, out T value) =>
            {
                var at = names.FindIndex(name => NearestName.Plain(name) == NearestName.Plain(text));
                value = at < 0 ? default : values[at];
                return at >= 0;
            },
            known: names);
    }

    private static bool TryMoney(string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= 0;

    private static bool TryLimit(string text, out TimeSpan value)
    {
        if (!text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
            return TryTime(text, out value) && value > TimeSpan.Zero;
        value = Timeout.InfiniteTimeSpan;
        return true;
    }

    // Without both colons TimeSpan reads "10" as ten days and "00:30" as half an hour, which no user means for a time-out.
    private static bool TryTime(string text, out TimeSpan value)
    {
        value = default;
        return text.Count(c => c == ':') == 2
            && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value)
            && value >= TimeSpan.Zero;
    }

    private static string SecondsHint(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            && seconds <= LongestHint.TotalSeconds
            ? $" For {seconds.ToString(CultureInfo.InvariantCulture)} seconds write {TimeSpan.FromSeconds(seconds):c}."
            : "";
}
