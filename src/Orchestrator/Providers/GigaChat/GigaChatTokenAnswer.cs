using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads an access token in either of the vendor's two shapes: <c>access_token</c> with <c>expires_at</c>, <c>tok</c> with
/// <c>exp</c>.</summary>
internal static class GigaChatTokenAnswer
{
    // Below this a number is seconds (until the year 5138), above it milliseconds (from 1973 on).
    private const long LeastMilliseconds = 100_000_000_000;
    private const long MostMilliseconds = 253_402_300_799_000;

    /// <exception cref="JsonException">There is no token, or no time it expires at.</exception>
    public static AccessToken Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, JsonRead.Options);
        string? token = null;
        long? expires = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("access_token"u8) || field.SequenceEqual("tok"u8))
                token = JsonRead.NextText(ref reader) ?? token;
            else if (field.SequenceEqual("expires_at"u8) || field.SequenceEqual("exp"u8))
                expires = Time(JsonRead.NextText(ref reader)) ?? expires;
            else
                JsonRead.SkipNext(ref reader);
        }

        while (reader.Read())
        {
        }

        if (string.IsNullOrEmpty(token) || expires is not { } at)
            throw new JsonException("A token and the time it expires at were expected.");
        // A text that cannot be sent in a header is no token. The error never quotes it.
        if (!AccessToken.CanBe(token))
            throw new JsonException("A token of visible ASCII was expected, of at most 8 KiB.");
        return new AccessToken(token, DateTimeOffset.FromUnixTimeMilliseconds(at));
    }

    private static long? Time(string? text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || double.IsNaN(number))
            return null;
        // Zero or less becomes a time long past: such a token is used until the vendor refuses it.
        if (number < LeastMilliseconds)
            number *= 1000;
        return (long)Math.Clamp(number, 0, MostMilliseconds);
    }
}
