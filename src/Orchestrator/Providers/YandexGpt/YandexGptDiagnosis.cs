using System.Text.RegularExpressions;

namespace Orchestrator.Providers;

/// <summary>Explains what an error of Yandex shows about the settings, and how to correct them.</summary>
internal static partial class YandexGptDiagnosis
{
    private const string Role =
        "Give the service account the role ai.languageModels.user on the folder ('yc resource-manager folder add-access-binding'); an "
            + "API key also needs the scope yc.ai.languageModels.execute.";

    private const string Billing = "Link a billing account to the cloud, and see that it is paid and ACTIVE, in the Yandex Cloud "
        + "console under Billing.";

    public static (ProviderProblem Problem, string Message) Of(
        LlmException error, string? mismatch, bool hasTokens, string server, string model)
    {
        if (ConnectionWords.Of(error) is { } found)
        {
            return (found.Problem, found.Cause switch
            {
                ConnectionCause.Certificate or ConnectionCause.UntrustedRoot =>
                    $"{found.Words} Yandex uses a public authority: a proxy of your network probably answers with its own, whose root "
                        + "must be in the system's trust store.",
                _ when found.Problem == ProviderProblem.Unreachable =>
                    $"{found.Words} Check BaseUrl (for tokens IamUrl and MetadataUrl), DNS, the network and the proxy; on a virtual "
                        + "machine, its way out.",
                _ => found.Words,
            });
        }

        if (error.StatusCode is null && error.Kind is LlmErrorKind.Unavailable or LlmErrorKind.Timeout)
            return (ProviderProblem.Unreachable, $"{server} does not answer. Check BaseUrl, the network and the proxy.");
        var words = error.Message;
        return error.Kind switch
        {
            LlmErrorKind.Authentication when mismatch is not null => (ProviderProblem.MalformedCredentials, mismatch),
            LlmErrorKind.Authentication when Says(words, "expired") => (ProviderProblem.ExpiredCredentials, hasTokens
                ? "The service calls the token expired though it is new: check this machine's clock, and create a new authorized key if "
                    + "that is right."
                : "The credentials have expired. An IAM token lives 12 hours at most: set ApiKey or ServiceAccountKeyFile instead, or "
                    + "create a new API key."),
            LlmErrorKind.Authentication => (ProviderProblem.WrongCredentials, hasTokens
                ? $"No token could be had or it was refused. Check that the authorized key still exists and the service account is "
                    + $"active. {error.Message}"
                : "Yandex does not know the credentials. Copy the API key again, or create a new one for the service account."),
            LlmErrorKind.QuotaExceeded => (ProviderProblem.Unpaid, $"The account cannot pay. {Billing}"),
            LlmErrorKind.Permission => (ProviderProblem.MissingRole, $"The account may not use the models of this folder. {Role}"),
            LlmErrorKind.ModelNotFound => (ProviderProblem.UnknownModel,
                $"Yandex has no model '{model}' in this folder. Check the name and the version, such as yandexgpt-5-lite or "
                    + "yandexgpt/rc; models of other makers need OpenAiCompatibleOptions.ForYandex."),
            LlmErrorKind.InvalidRequest when OwnFolder(words) is { } folder => (ProviderProblem.WrongFolder, WrongFolder(folder)),
            LlmErrorKind.RateLimited =>
                (ProviderProblem.RateLimited, "The service is there and asks to come back later: a quota is used up for now."),
            _ => (ProviderProblem.Other, $"The service did not do what was asked. {error.Message}"),
        };
    }

    /// <summary>What to do about an error, for the end of the vendor's text; null when that says enough.</summary>
    public static string? AdviceFor(LlmErrorKind kind, string? message, string? mismatch)
    {
        var advice = kind switch
        {
            LlmErrorKind.Authentication => mismatch,
            LlmErrorKind.Permission => Role,
            LlmErrorKind.QuotaExceeded => Billing,
            LlmErrorKind.InvalidRequest when OwnFolder(message) is { } folder => WrongFolder(folder),
            _ => null,
        };
        return advice?.TrimEnd('.');
    }

    private static string WrongFolder(string folder) => folder.Length > 0
        ? $"The credentials belong to another folder than FolderId: set FolderId to {folder}, or use a service account of the folder "
            + "that is set."
        : "The credentials belong to another folder than FolderId: set FolderId to the service account's own, or use a service account "
            + "of the folder that is set.";

    /// <summary>The folder that the credentials belong to, from the vendor's text; empty when the text does not name it, null when it is
    /// about something else.</summary>
    private static string? OwnFolder(string? words) =>
        words is null || !Says(words, "folder ID") || !Says(words, "does not match")
            ? null
            : Owner().Match(words) is { Success: true } match ? match.Groups[1].Value : "";

    private static bool Says(string words, string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("service account folder ID '([A-Za-z0-9_-]{1,64})'")]
    private static partial Regex Owner();
}
