using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads the answers that hold an IAM token: IAM's own and that of the metadata service.</summary>
internal static class YandexGptTokenAnswer
{
    /// <summary>The life of a token when the answer has none: what Yandex advises for its use.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromHours(1);

    /// <param name="body">The answer.</param>
    /// <param name="now">The time of the answer, by the server's clock where that is known.</param>
    public static AccessToken Read(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var reader = new Utf8JsonReader(body, JsonRead.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        string? token = null;
        var end = now + Usual;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("iamToken"u8) || field.SequenceEqual("access_token"u8))
                token = JsonRead.NextText(ref reader);
            else if (field.SequenceEqual("expiresAt"u8))
                end = At(JsonRead.NextText(ref reader)) ?? end;
            else if (field.SequenceEqual("expires_in"u8))
                end = JsonRead.NextCount(ref reader) is { } seconds ? now.AddSeconds(seconds) : end;
            else
                JsonRead.SkipNext(ref reader);
        }

        return AccessToken.CanBe(token)
            ? new AccessToken(token!, end) { Life = end - now }
            : throw new JsonException("The answer holds no token.");
    }

    // RFC 3339 with up to nine digits of a second.
    private static DateTimeOffset? At(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
