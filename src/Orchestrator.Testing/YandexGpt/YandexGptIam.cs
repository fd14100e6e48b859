using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>What a fake Yandex Cloud gives for a signed token, and to whom: checks as the documentation has them.</summary>
internal sealed class YandexGptIam(TimeProvider time)
{
    public const string Audience = "https://iam.api.cloud.yandex.net/iam/v1/tokens";

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _issued = new(StringComparer.Ordinal);
    private int _exchanges;

    public int Exchanges
    {
        get
        {
            lock (_lock)
                return _exchanges;
        }
    }

    /// <summary>A new token and the moment it ends.</summary>
    public (string Token, DateTimeOffset End) Issue(TimeSpan life)
    {
        lock (_lock)
        {
            var token = string.Create(CultureInfo.InvariantCulture, $"t1.fake-{++_exchanges}-{Guid.CreateVersion7(time.GetUtcNow()):N}");
            return (token, _issued[token] = LongWait.After(time.GetUtcNow(), life));
        }
    }

    public void Revoke()
    {
        lock (_lock)
        {
            foreach (var token in _issued.Keys)
                _issued[token] = DateTimeOffset.MinValue;
        }
    }

    /// <summary>Whether a token is one of its own and good; null when it is none of its own and none was given out at all.</summary>
    public bool? IsGood(string token)
    {
        lock (_lock)
        {
            return _issued.TryGetValue(token, out var end) ? end > time.GetUtcNow() : _issued.Count == 0 ? null : false;
        }
    }

    /// <summary>What is wrong with a signed token; null when nothing is.</summary>
    public string? WhyNot(string jwt, FakeServiceAccount account)
    {
        if (jwt.Length > 8000)
            return "JWT is longer than 8000 characters";
        var parts = jwt.Split('.');
        if (parts.Length != 3 || Decoded(parts[0]) is not { } header || Decoded(parts[1]) is not { } payload)
            return "JWT is malformed";
        if (header.StringProperty("alg") != "PS256")
            return "JWT: only PS256 is accepted";
        if (header.StringProperty("typ") is not (null or "JWT") || header.StringProperty("kid") != account.KeyId)
            return "JWT: unknown key id";
        if (payload.StringProperty("iss") != account.Id)
            return "JWT: unknown issuer";
        if (payload.StringProperty("aud") != Audience)
            return "JWT: wrong audience";
        return WhyNotNow(payload) ?? (IsSigned(parts, account) ? null : "JWT: wrong signature");
    }

    private string? WhyNotNow(JsonElement payload)
    {
        if (payload.Property("iat") is not { ValueKind: JsonValueKind.Number } from
            || payload.Property("exp") is not { ValueKind: JsonValueKind.Number } to)
        {
            return "JWT: iat and exp are required";
        }

        var (begin, end) = (DateTimeOffset.FromUnixTimeSeconds(from.GetInt64()), DateTimeOffset.FromUnixTimeSeconds(to.GetInt64()));
        var now = time.GetUtcNow();
        return end - begin > TimeSpan.FromHours(1) ? "JWT: exp is more than an hour after iat"
            : begin > now + Skew ? "JWT is issued in the future"
            : end <= now ? "JWT has expired"
            : null;
    }

    private static bool IsSigned(string[] parts, FakeServiceAccount account)
    {
        try
        {
            using var key = account.CreatePublicKey();
            return key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pss);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static JsonElement? Decoded(string part)
    {
        // Without padding, as RFC 7515 has it.
        if (part.Contains('=', StringComparison.Ordinal))
            return null;
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            return null;
        }
    }
}
