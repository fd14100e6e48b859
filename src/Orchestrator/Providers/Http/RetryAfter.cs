using System.Globalization;
using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Reads how long a server asks us to wait: <c>retry-after-ms</c>, then <c>Retry-After</c> in seconds or as an HTTP date.</summary>
/// <remarks>RFC 9110 §10.2.3 for the header; <c>retry-after-ms</c> is OpenAI's. What cannot be understood is ignored; a date that has passed is zero.</remarks>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static TimeSpan? From(HttpResponseHeaders headers, DateTimeOffset now) =>
        (headers.NonValidated.TryGetValues("retry-after-ms", out var ms) ? Number(ms.ToString(), 0.001) : null)
        ?? (headers.NonValidated.TryGetValues("Retry-After", out var text) ? Parse(text.ToString(), now) : null);

    public static TimeSpan? From(Func<string, string?> header, DateTimeOffset now) =>
        Number(header("retry-after-ms"), 0.001) ?? Parse(header("Retry-After"), now);

    public static DateTimeOffset? Date(string? text) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out var at) ? at : null;

    public static TimeSpan? Parse(string? text, DateTimeOffset now)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
            return null;
        if (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.')
            return Number(text, 1);
        return Date(text) is { } at ? Within(at - now) : null;
    }

    // The three forms of RFC 9110 §5.6.7.
    private static readonly string[] Formats = ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    private static TimeSpan? Number(string? text, double unit) =>
        // Whatever the style, NaN and the infinities are parsed too, by name.
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) && value >= 0
            ? value * unit >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(value * unit)
            : null;

    private static TimeSpan Within(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
}
