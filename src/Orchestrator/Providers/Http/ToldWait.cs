using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Providers;

/// <summary>How long an error's body asks the client to wait, for a response without the header: a member such as <c>retryDelay</c> or
/// <c>retry_after</c>, else a sentence such as "Please try again in 20s".</summary>
/// <remarks>Strict: a sentence needs a verb of trying or waiting and a number with a unit of time. At most a day.</remarks>
internal static partial class ToldWait
{
    private const int MostText = 4096;
    private const int MostDepth = 2;

    // A larger number is a moment and no length of time.
    private const double LeastMoment = 1e9;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Members by name, without case and punctuation, and the seconds in their unit.</summary>
    private static readonly FrozenDictionary<string, double> Members = new Dictionary<string, double>
    {
        ["RETRYDELAY"] = 1,
        ["RETRYAFTER"] = 1,
        ["RETRYIN"] = 1,
        ["RETRYAFTERSECONDS"] = 1,
        ["RETRYDELAYSECONDS"] = 1,
        ["RETRYINSECONDS"] = 1,
        ["RETRYAFTERSEC"] = 1,
        ["RETRYAFTERS"] = 1,
        ["RETRYAFTERMS"] = 0.001,
        ["RETRYDELAYMS"] = 0.001,
        ["RETRYINMS"] = 0.001,
        ["RETRYAFTERMILLISECONDS"] = 0.001,
        ["RETRYAFTERMILLIS"] = 0.001,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, double> Units = new Dictionary<string, double>
    {
        ["ms"] = 0.001,
        ["msec"] = 0.001,
        ["msecs"] = 0.001,
        ["millisecond"] = 0.001,
        ["milliseconds"] = 0.001,
        ["s"] = 1,
        ["sec"] = 1,
        ["secs"] = 1,
        ["second"] = 1,
        ["seconds"] = 1,
        ["m"] = 60,
        ["min"] = 60,
        ["mins"] = 60,
        ["minute"] = 60,
        ["minutes"] = 60,
        ["h"] = 3600,
        ["hr"] = 3600,
        ["hrs"] = 3600,
        ["hour"] = 3600,
        ["hours"] = 3600,
        ["d"] = 86400,
        ["day"] = 86400,
        ["days"] = 86400,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The wait that a body tells; null for none.</summary>
    public static TimeSpan? In(ReadOnlySpan<byte> body) => In(body, 0);

    /// <summary>The wait that a sentence tells; null for none.</summary>
    public static TimeSpan? InText(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length > MostText)
            text = text[..MostText];
        for (var match = Verb().Match(text); match.Success; match = match.NextMatch())
        {
            if (Length(text.AsSpan(match.Index + match.Length), out _) is { } wait)
                return wait;
        }

        return null;
    }

    private static TimeSpan? In(ReadOnlySpan<byte> body, int depth)
    {
        body = body.Trim(" \t\r\n"u8);
        return body is [(byte)'{' or (byte)'[', ..]
            ? InJson(body, depth)
            : InText(Encoding.UTF8.GetString(body[..Math.Min(body.Length, MostText)]));
    }

    private static TimeSpan? InJson(ReadOnlySpan<byte> json, int depth)
    {
        TimeSpan? told = null;
        try
        {
            var reader = new Utf8JsonReader(json, JsonRead.Options);
            var name = "";
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    name = reader.GetString()!;
                else if (name is "input" or "flagged_input" or "messages" or "prompt")
                    // What quotes the request tells nothing.
                    (name, _) = ("", reader.TrySkip());
                else if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number && reader.ValueSpan.Length <= MostText)
                {
                    var unit = Member(name);
                    if ((unit is null && !MayTell(reader.ValueSpan)) || JsonRead.Text(ref reader) is not { } text)
                        continue;
                    if (unit is { } seconds && Value(text, seconds) is { } wait)
                        return wait;
                    told ??= text.StartsWith('{') && depth < MostDepth ? In(Encoding.UTF8.GetBytes(text), depth + 1) : InText(text);
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // What came before the place that cannot be read counts.
        }

        return told;
    }

    /// <summary>Whether a value may have a verb of <see cref="Verb"/>, or is JSON itself: the others need not be decoded.</summary>
    private static bool MayTell(ReadOnlySpan<byte> value) =>
        value is [(byte)'{', ..] || HasWord(value, "try"u8) || HasWord(value, "wait"u8) || HasWord(value, "reset"u8);

    private static bool HasWord(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word)
    {
        for (var i = 0; i + word.Length <= value.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(value.Slice(i, word.Length), word))
                return true;
        }

        return false;
    }

    private static double? Member(string name)
    {
        if (name.Length is 0 or > 40 || !name.StartsWith("retry", StringComparison.OrdinalIgnoreCase))
            return null;
        var plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return Members.TryGetValue(plain, out var unit) ? unit : null;
    }

    private static TimeSpan? Value(string text, double unit)
    {
        text = text.Trim();
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return number < LeastMoment ? Bounded(number * unit) : null;
        return Length(text, out var used) is { } wait && used == text.Length ? wait : null;
    }

    /// <summary>A length of time at the beginning of a text: <c>20s</c>, <c>7m12.5s</c>, <c>1 hour and 5 minutes</c>.</summary>
    private static TimeSpan? Length(ReadOnlySpan<char> text, out int used)
    {
        used = 0;
        double? seconds = null;
        var at = 0;
        while (true)
        {
            var digits = At(text, at, static c => char.IsAsciiDigit(c) || c == '.');
            var gap = At(text, at + digits, static c => c == ' ');
            var letters = At(text, at + digits + gap, char.IsLetter);
            // More digits than a length of time has are no such thing.
            if (digits is 0 or > 20
                || !double.TryParse(text.Slice(at, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || !Units.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text.Slice(at + digits + gap, letters), out var unit))
            {
                break;
            }

            seconds = (seconds ?? 0) + (number * unit);
            used = at + digits + gap + letters;
            at = used;
            // "1 hour and 5 minutes", "1 hour, 5 minutes"
            at += At(text, at, static c => c is ' ' or ',');
            if (text[at..].StartsWith("and ", StringComparison.OrdinalIgnoreCase))
                at += "and ".Length;
        }

        return seconds is { } sum ? Bounded(sum) : null;
    }

    private static int At(ReadOnlySpan<char> text, int start, Func<char, bool> belongs)
    {
        var end = start;
        while (end < text.Length && belongs(text[end]))
            end++;
        return end - start;
    }

    private static TimeSpan Bounded(double seconds) => seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(seconds);

    [GeneratedRegex(
        @"\b(?:try(?:ing)? (?:(?:this|the|your) )?(?:request )?again|retry(?:ing)?|wait(?:ing)?|resets?)[ :,-]{1,3}"
        + @"(?:(?:the|your|this|request|again|in|after|for|about|approximately|at|least|another)[ :-]{1,3}){0,6}(?<!-)(?=\d)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Verb();
}
