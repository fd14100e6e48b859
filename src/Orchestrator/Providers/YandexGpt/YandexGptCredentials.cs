using System.Text.RegularExpressions;

namespace Orchestrator.Providers;

/// <summary>Which of the credentials is set, and whether its form fits the setting.</summary>
internal static partial class YandexGptCredentials
{
    /// <exception cref="ArgumentException">None is set, or more than one.</exception>
    public static void RequireOne(YandexGptOptions options)
    {
        string?[] set =
        [
            string.IsNullOrEmpty(options.ApiKey) ? null : nameof(options.ApiKey),
            string.IsNullOrEmpty(options.IamToken) ? null : nameof(options.IamToken),
            string.IsNullOrEmpty(options.ServiceAccountKeyFile) ? null : nameof(options.ServiceAccountKeyFile),
            options.UseMetadata ? nameof(options.UseMetadata) : null,
        ];
        var names = set.OfType<string>().ToList();
        if (names.Count == 0)
        {
            throw new ArgumentException(
                "YandexGptOptions has no credentials; set ApiKey, ServiceAccountKeyFile, UseMetadata or IamToken.", nameof(options));
        }

        if (names.Count > 1)
        {
            throw new ArgumentException(
                $"YandexGptOptions sets {string.Join(" and ", names)}; keep one, as only one can be sent.", nameof(options));
        }
    }

    /// <summary>By the patterns of Yandex's own clients, and the beginning that API keys have.</summary>
    public static YandexGptCredentialLook LookOf(string credential) =>
        Iam().IsMatch(credential) ? YandexGptCredentialLook.IamToken
        : OAuth().IsMatch(credential) ? YandexGptCredentialLook.OAuthToken
        : credential.StartsWith("AQVN", StringComparison.Ordinal) ? YandexGptCredentialLook.ApiKey
        : YandexGptCredentialLook.Other;

    /// <summary>What is wrong with a credential whose form is that of another kind; null for nothing.</summary>
    public static string? Mismatch(YandexGptOptions options)
    {
        if (options.ApiKey is { Length: > 0 } key)
        {
            return LookOf(key) switch
            {
                YandexGptCredentialLook.IamToken =>

                    "ApiKey holds an IAM token, which begins with t1.; set it as IamToken, or better set an API key or a key file, as "
                        + "an IAM token lives 12 hours at most.",
                YandexGptCredentialLook.OAuthToken =>
                    "ApiKey holds an OAuth token, which begins with y0_; it cannot be sent. Create an API key of a service account.",
                _ =>
                    LooksEncoded(key)
                        ? null
                        : "ApiKey holds what no API key has, such as a space or a quotation mark; copy it again, without its name or "
                            + "anything around it.",
            };
        }

        return options.IamToken is not { Length: > 0 } token ? null : LookOf(token) switch
        {
            YandexGptCredentialLook.ApiKey => "IamToken holds an API key, which begins with AQVN; set it as ApiKey.",
            YandexGptCredentialLook.OAuthToken =>
                "IamToken holds an OAuth token, which begins with y0_; make an IAM token of it ('yc iam create-token'), or set ApiKey.",
            _ => null,
        };
    }

    private static bool LooksEncoded(string key) =>
        key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '=' or '+' or '/' or '~');

    [GeneratedRegex(@"^t\d\.")]
    private static partial Regex Iam();

    [GeneratedRegex("^y[0123]_")]
    private static partial Regex OAuth();
}
