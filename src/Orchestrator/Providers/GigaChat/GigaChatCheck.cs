using System.Text;

namespace Orchestrator.Providers;

/// <summary>Explains what a failed request to GigaChat shows about the settings, and how to correct them.</summary>
internal static class GigaChatCheck
{
    public const string RootAdvice =
        "GigaChat's certificates are signed by the Russian Trusted Root CA, which most systems do not hold: get it from "
            + "https://gu-st.ru/content/lending/russian_trusted_root_ca_pem.crt (landing page https://www.gosuslugi.ru/crt) and set "
            + "TrustedRootsFile to the file.";

    public static ProviderDiagnosis Fine(string model) => new(ProviderProblem.None, $"GigaChat answers and has the model {model}.");

    /// <summary>What is wrong with the form of a key; null when it may be valid.</summary>
    public static ProviderDiagnosis? MalformedKey(string key)
    {
        var bytes = new byte[key.Length];
        if (Convert.TryFromBase64String(key, bytes, out var length))
        {
            var text = Encoding.UTF8.GetString(bytes, 0, length);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && colon < text.Length - 1)
                return null;
        }

        var what = key.Contains(':', StringComparison.Ordinal)
            ? "It holds a colon: it seems to be client id and secret as they are; encode both together as base64."
            : Guid.TryParse(key, out _) ? "It is a UUID: it seems to be the client id or the client secret alone."
            : "It was probably cut when it was copied.";
        return new(ProviderProblem.MalformedCredentials,
            $"AuthorizationKey is not base64 of client id, colon and client secret, as the account page of developers.sber.ru shows it. "
                + $"{what}");
    }

    /// <summary>Why no token could be fetched.</summary>
    public static ProviderDiagnosis OfToken(LlmException error, GigaChatCredentials credentials, GigaChatScope scope, bool hasRoots)
    {
        var where = credentials.HasKey ? "AuthUrl" : "BaseUrl";
        return error.ProviderCode switch
        {
            _ when ConnectionWords.Of(error) is not null => Other(error, where, hasRoots),
            "4" =>
                Of(
                    ProviderProblem.MalformedCredentials,
                    "AuthorizationKey cannot be decoded; copy the whole authorization key from the account page again.",
                    error),
            "1" or "5" =>
                Of(
                    ProviderProblem.WrongScope,
                    $"The scope {scope.Text()} was not accepted as one; it must be {GigaChatScopes.Expected}.",
                    error),
            "7" => WrongScope(scope, null, error),
            _ => error.Kind == LlmErrorKind.Authentication && error.StatusCode == 401
                ? Of(ProviderProblem.WrongCredentials, credentials.HasKey
                    ? "The vendor does not know this AuthorizationKey; make a new key on the account page of developers.sber.ru."
                    : "The vendor does not know this user with this password; check User and Password.", error)
                : Other(error, where, hasRoots),
        };
    }

    /// <summary>Why the API refused a request with a token.</summary>
    public static ProviderDiagnosis OfApi(LlmException error, GigaChatCredentials credentials, GigaChatScope scope, bool hasRoots) =>
        error.Kind switch
        {
            _ when ConnectionWords.Of(error) is not null => Other(error, "BaseUrl", hasRoots),
            // The cached token may have expired in the meantime, and the fetch of a new one can fail.
            LlmErrorKind.Authentication when error.ProviderCode is not null => OfToken(error, credentials, scope, hasRoots),
            LlmErrorKind.Authentication when credentials.ReadyToken is not null
                && error.Message.Contains("expired", StringComparison.OrdinalIgnoreCase) =>
                Of(
                    ProviderProblem.ExpiredCredentials,
                    "AccessToken has expired, as each does after 30 minutes; set a new one, or AuthorizationKey to have tokens fetched.",
                    error),
            LlmErrorKind.Authentication when credentials.ReadyToken is not null =>
                Of(
                    ProviderProblem.WrongCredentials,
                    "GigaChat does not know this AccessToken; set a new one, or AuthorizationKey to have tokens fetched.",
                    error),
            LlmErrorKind.Authentication when credentials.Fetches =>
                Of(
                    ProviderProblem.WrongCredentials,
                    "The API refuses the token that was just fetched; check that AuthUrl and BaseUrl belong together.",
                    error),
            LlmErrorKind.Authentication =>
                Of(
                    ProviderProblem.WrongCredentials,
                    "The API refuses calls without a token; set AuthorizationKey, or another client certificate.",
                    error),
            LlmErrorKind.Permission =>
                Of(
                    ProviderProblem.MissingRole,
                    "The API refuses this account; check its tariff, and whether a proxy takes the User-Agent header out.",
                    error),
            LlmErrorKind.ModelNotFound =>
                Of(
                    ProviderProblem.Other,
                    "There is no API at BaseUrl; it must be the address that /chat/completions is appended to.",
                    error),
            _ => Other(error, "BaseUrl", hasRoots),
        };

    public static ProviderDiagnosis WrongScope(GigaChatScope scope, GigaChatScope? fits, LlmException error) => Of(
        ProviderProblem.WrongScope,
        fits is { } other
            ? $"AuthorizationKey does not belong to {scope.Text()} but to {other.Text()}; set Scope to GigaChatScope.{other}."
            : $"AuthorizationKey does not belong to {scope.Text()}, and to no other scope that could be tried; look it up on the "
                + "account page.",
        error);

    /// <summary>Whether the model is missing from the list; null when it is there.</summary>
    public static ProviderDiagnosis? UnknownModel(string model, IReadOnlyList<GigaChatModel> models)
    {
        var name = model.Split(':', 2)[0];
        var found = models.FirstOrDefault(m => m.Id == model || m.Id == name);
        if (found is { IsChat: true })
            return null;
        var chats = string.Join(", ", models.Where(m => m.IsChat).Select(m => m.Id));
        var what = found is null
            ? "is not among the models of this account"
            : $"is no chat model but of type {ServerError.Excerpt(found.Type)}";
        return new(ProviderProblem.UnknownModel, $"{model} {what}. There are: {ServerError.Excerpt(chats)}.");
    }

    public static ProviderDiagnosis OfBalance(string model, IReadOnlyList<GigaChatBalance> balances)
    {
        var name = Today(model);
        var ofModel = balances.Where(b => Today(b.Usage).Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return ofModel.Count > 0 && ofModel.Sum(b => b.Tokens) <= 0
            ? new(
                ProviderProblem.Unpaid,
                $"The package of tokens for {model} is used up; buy more on the account page, or choose another model.")
            : Fine(model);
    }

    // Packages are named by models of either generation.
    private static string Today(string model) => VendorFacts.Of(GigaChatApi.Vendor).Names.Candidates(model).Last();

    private static ProviderDiagnosis Other(LlmException error, string where, bool hasRoots) => ConnectionWords.Of(error) is { } found
        ? Of(found.Problem, found.Cause switch
        {
            ConnectionCause.Certificate or ConnectionCause.UntrustedRoot when hasRoots =>
                $"{found.Words} It is that of {where}, and not of one of the roots that are set. {RootAdvice}",
            ConnectionCause.Certificate or ConnectionCause.UntrustedRoot => $"{found.Words} {RootAdvice}",
            ConnectionCause.Refused or ConnectionCause.NoSuchName or ConnectionCause.NoRoute or ConnectionCause.NotInTime =>
                $"Nothing answers at {where}. {found.Words} Check the address, the network and whether a proxy is needed.",
            _ => $"{found.Words} Check {where}.",
        }, error)
        : OfAnswer(error, where);

    private static ProviderDiagnosis OfAnswer(LlmException error, string where) => error.Kind switch
    {
        LlmErrorKind.Unavailable or LlmErrorKind.Timeout when error.StatusCode is null =>
            Of(
                ProviderProblem.Unreachable,
                $"Nothing answers at {where}; check the address, the network and whether a proxy is needed.",
                error),
        LlmErrorKind.QuotaExceeded =>
            Of(ProviderProblem.Unpaid, "The account's money or package is used up; top it up, or choose another model.", error),
        LlmErrorKind.RateLimited => Of(ProviderProblem.RateLimited, "GigaChat is there and asks to come back later.", error),
        _ => Of(ProviderProblem.Other, $"What answers at {where} could not be understood or is in trouble: {error.Message}", error),
    };

    private static ProviderDiagnosis Of(ProviderProblem problem, string message, LlmException error) =>
        new(problem, message) { Error = error };
}
