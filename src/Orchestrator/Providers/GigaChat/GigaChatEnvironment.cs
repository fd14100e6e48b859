namespace Orchestrator.Providers;

/// <summary>The environment variables that the vendor's own clients know.</summary>
internal static class GigaChatEnvironment
{
    public const string Credentials = "GIGACHAT_CREDENTIALS";
    public const string Scope = "GIGACHAT_SCOPE";
    public const string Model = "GIGACHAT_MODEL";
    public const string BaseUrl = "GIGACHAT_BASE_URL";
    public const string AuthUrl = "GIGACHAT_AUTH_URL";
    public const string AccessToken = "GIGACHAT_ACCESS_TOKEN";
    public const string User = "GIGACHAT_USER";
    public const string Password = "GIGACHAT_PASSWORD";
    public const string CaBundleFile = "GIGACHAT_CA_BUNDLE_FILE";
    public const string CertFile = "GIGACHAT_CERT_FILE";
    public const string KeyFile = "GIGACHAT_KEY_FILE";
    public const string KeyFilePassword = "GIGACHAT_KEY_FILE_PASSWORD";

    public const string BaseUrlExample = "https://api.giga.chat/v1";
    public const string AuthUrlExample = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth";

    public static readonly Uri DefaultBaseUrl = new(BaseUrlExample);
    public static readonly Uri DefaultAuthUrl = new(AuthUrlExample);

    public static GigaChatOptions Read(string? model, Func<string, string?> environment)
    {
        var options = new GigaChatOptions
        {
            Model = model ?? EnvironmentText.Of(environment, Model)
                ?? throw new InvalidOperationException(
                    $"The environment variable {Model} is not set, and no model was given. Set it to a model such as GigaChat-2."),
            BaseUrl = Address(environment, BaseUrl, BaseUrlExample) ?? DefaultBaseUrl,
            AuthUrl = Address(environment, AuthUrl, AuthUrlExample) ?? DefaultAuthUrl,
            Scope = ScopeOf(environment) ?? default,
        };
        ReadFiles(options, environment);
        ReadCredentials(options, environment);
        if (options.AccessToken is null && options.AuthorizationKey is null && options.User is null
            && options.ClientCertificateFile is null)
        {
            throw new InvalidOperationException(
                $"The environment variable {Credentials} is not set, and GigaChat answers no request without credentials. "
                    + $"Set it to the authorization key, or set {AccessToken}, {User} and {Password}, or {CertFile}.");
        }

        return options;
    }

    /// <summary>An address; null when the variable is not set.</summary>
    /// <exception cref="ArgumentException">It is no address.</exception>
    public static Uri? Address(Func<string, string?> environment, string variable, string example) =>
        EnvironmentText.Of(environment, variable) is { } text
        ? HttpAddress.Parse(text, Named(variable), example)
        : null;

    /// <summary>The scope; null when the variable is not set.</summary>
    /// <exception cref="ArgumentException">It is no scope.</exception>
    public static GigaChatScope? ScopeOf(Func<string, string?> environment)
    {
        if (EnvironmentText.Of(environment, Scope) is not { } text)
            return null;
        return GigaChatScopes.TryParse(text, out var scope)
            ? scope
            : throw new ArgumentException($"{Named(Scope)} must be {GigaChatScopes.Expected}.");
    }

    public static void ReadFiles(GigaChatOptions options, Func<string, string?> environment)
    {
        options.TrustedRootsFile ??= EnvironmentText.Of(environment, CaBundleFile);
        if (options.ClientCertificateFile is not null)
            return;
        options.ClientCertificateFile = EnvironmentText.Of(environment, CertFile);
        options.ClientKeyFile = EnvironmentText.Of(environment, KeyFile);
        options.ClientKeyPassword = EnvironmentText.Of(environment, KeyFilePassword);
    }

    /// <summary>Reads all credentials; which of them is used the provider decides.</summary>
    /// <exception cref="ArgumentException">One of them cannot be sent.</exception>
    public static void ReadCredentials(GigaChatOptions options, Func<string, string?> environment)
    {
        options.AuthorizationKey = Sendable(environment, Credentials);
        options.AccessToken = Sendable(environment, AccessToken);
        options.User = EnvironmentText.Of(environment, User);
        options.Password = EnvironmentText.Of(environment, Password);
    }

    private static string? Sendable(Func<string, string?> environment, string variable) =>
        EnvironmentText.Of(environment, variable) is { } text ? HeaderValue.Checked(text, Named(variable)) : null;

    private static string Named(string variable) => $"The environment variable {variable}";
}
