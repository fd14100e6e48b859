using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>An authorized key of a service account. It signs the JWTs that IAM exchanges for IAM tokens. Never shown.</summary>
internal sealed class YandexGptServiceAccountKey
{
    /// <summary>The audience of the JWT. It is fixed, whatever address or proxy the request goes to.</summary>
    public const string Audience = "https://iam.api.cloud.yandex.net/iam/v1/tokens";

    /// <summary>The longest life that IAM accepts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private const string Setting = "YandexGptOptions.ServiceAccountKeyFile";
    private const string Cure = "Create one with 'yc iam key create --service-account-name <name> --output key.json'.";

    private readonly string _id;
    private readonly string _account;
    private readonly string _privateKey;

    private YandexGptServiceAccountKey(string id, string account, string privateKey) =>
        (_id, _account, _privateKey) = (id, account, privateKey);

    public static YandexGptServiceAccountKey ReadFile(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ArgumentException(
                $"{Setting} names a file that cannot be read ({error.GetType().Name}). Check the path and who may read it.", nameof(path));
        }

        return Parse(text);
    }

    // No message quotes the file: it holds a private key.
    public static YandexGptServiceAccountKey Parse(string text)
    {
        string? id = null, account = null, privateKey = null;
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                id = TextOf(document.RootElement, "id");
                account = TextOf(document.RootElement, "service_account_id");
                privateKey = TextOf(document.RootElement, "private_key");
            }
        }
        catch (JsonException)
        {
            // Reported below: the fields are missing.
        }

        if (id is null || account is null || privateKey is null)
        {
            throw new ArgumentException(
                $"{Setting} names a file that is no authorized key: it must be JSON with id, service_account_id and private_key. {Cure}",
                nameof(text));
        }

        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(privateKey);
            rsa.ExportParameters(includePrivateParameters: true);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new ArgumentException(
                $"{Setting} names a file whose private_key is no RSA key in PEM form ({error.GetType().Name}); it was probably cut or "
                    + $"edited. {Cure}",
                nameof(text));
        }

        return new YandexGptServiceAccountKey(id, account, privateKey);
    }

    /// <summary>A JWT for IAM: RSASSA-PSS with SHA-256, the only algorithm it accepts.</summary>
    public string Sign(DateTimeOffset now)
    {
        var header = Base64Url.EncodeToString(Json(json =>
        {
            json.WriteString("typ"u8, "JWT"u8);
            json.WriteString("alg"u8, "PS256"u8);
            json.WriteString("kid"u8, _id);
        }));
        var payload = Base64Url.EncodeToString(Json(json =>
        {
            json.WriteString("iss"u8, _account);
            json.WriteString("aud"u8, Audience);
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, now.ToUnixTimeSeconds() + (long)Life.TotalSeconds);
        }));
        using var rsa = RSA.Create();
        rsa.ImportFromPem(_privateKey);
        var signature = rsa.SignData(
            System.Text.Encoding.ASCII.GetBytes($"{header}.{payload}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature)}";
    }

    public override string ToString() => $"key {_id} of service account {_account}";

    private static string? TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static ReadOnlySpan<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }
}
