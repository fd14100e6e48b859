using System.Globalization;
using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Reads how long a server asks the client to wait: <c>retry-after-ms</c>, then <c>Retry-After</c> in seconds or as an HTTP
/// date.</summary>
/// <remarks>RFC 9110 §10.2.3 for the header; <c>retry-after-ms</c> is OpenAI's. An unreadable value is ignored; a date in the
/// past is zero. A date is compared with the response's own <c>Date</c> header, because both come from the server's clock.</remarks>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <param name="headers">The response's.</param>
    /// <param name="now">Our own clock, for a response that has no date.</param>
    public static TimeSpan? From(HttpResponseHeaders headers, DateTimeOffset now) =>
        (headers.NonValidated.TryGetValues("retry-after-ms", out var ms) ? Number(ms.ToString(), 0.001) : null)
        ?? (headers.NonValidated.TryGetValues("Retry-After", out var text) ? Parse(text.ToString(), DateOf(headers) ?? now) : null);

    /// <param name="header">Gives a header of the response by its name.</param>
    /// <param name="now">Our own clock, for a response that has no date.</param>
    public static TimeSpan? From(Func<string, string?> header, DateTimeOffset now) =>
        Number(header("retry-after-ms"), 0.001) ?? Parse(header("Retry-After"), Date(header("Date")) ?? now);

    /// <summary>The server's time of the answer; null when the header is missing or unreadable.</summary>
    public static DateTimeOffset? DateOf(HttpResponseHeaders headers) =>
        headers.NonValidated.TryGetValues("Date", out var text) ? Date(text.ToString()) : null;

    public static DateTimeOffset? Date(string? text) =>
        DateTimeOffset.TryParseExact(
            text?.Trim(),
            Formats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces,
            out var at)
            ? at
            : null;

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
    private static readonly string[] Formats =
        ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    private static TimeSpan? Number(string? text, double unit) =>
        // With any style, NaN and the infinities are parsed by name.
        double.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture,
            out var value)
            && value >= 0
            ? value * unit >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(value * unit)
            : null;

    private static TimeSpan Within(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
}
