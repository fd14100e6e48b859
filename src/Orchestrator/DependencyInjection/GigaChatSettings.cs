using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Reads a provider of type <c>gigachat</c>. Missing keys are read from the environment.</summary>
internal static class GigaChatSettings
{
    public static Func<IServiceProvider, ILlmProvider> Read(SettingsReader reader, string name)
    {
        var options = new GigaChatOptions
        {
            Model = ReadModel(reader) ?? "",
            BaseUrl = Address(reader, "BaseUrl", GigaChatEnvironment.BaseUrl, GigaChatEnvironment.BaseUrlExample)
                ?? GigaChatEnvironment.DefaultBaseUrl,
            AuthUrl = Address(reader, "AuthUrl", GigaChatEnvironment.AuthUrl, GigaChatEnvironment.AuthUrlExample)
                ?? GigaChatEnvironment.DefaultAuthUrl,
            Scope = ReadScope(reader),
            TrustedRootsFile = reader.OptionalText("TrustedRootsFile"),
            ClientCertificateFile = reader.OptionalText("ClientCertificateFile"),
            ClientKeyFile = reader.OptionalText("ClientKeyFile"),
            ClientKeyPassword = reader.OptionalText("ClientKeyPassword"),
            SessionId = reader.OptionalText("SessionId"),
            RepetitionPenalty = reader.Value<float>("RepetitionPenalty", "a number above 0, with a point, such as 1.1", TryPenalty),
            UpdateInterval = reader.Duration("UpdateInterval"),
            ProfanityCheck = reader.YesNo("ProfanityCheck"),
            ContextWindow = reader.WholeNumber("ContextWindow", least: 1),
        };
        GigaChatEnvironment.ReadFiles(options, reader.Environment);
        ReadCredentials(reader, options);
        ReadHeaders(reader, options);
        options.ExtraBody = reader.Json("ExtraBody") as JsonObject;
        options.Capabilities = reader.Capabilities("Capabilities") ?? options.Capabilities;
        options.MalformedEvents = reader.Choice("MalformedEvents", [MalformedEventAction.SkipOne, MalformedEventAction.Throw])
            ?? options.MalformedEvents;
        return services => Create(services, name, options);
    }

    public static GigaChatProvider Create(IServiceProvider services, string name, GigaChatOptions options)
    {
        var tls = GigaChatTls.From(options);
        return new GigaChatProvider(
            name,
            options,
            HttpClientDefaults.Client(services, name, tls.ApplyTo),
            services.GetService<TimeProvider>(),
            tls,
            mayBeNone: false);
    }

    private static string? ReadModel(SettingsReader reader) =>
        reader.Text("Model") is null && EnvironmentText.Of(reader.Environment, GigaChatEnvironment.Model) is { } model
        ? model
        : reader.RequiredText("Model", "the model to ask, such as GigaChat-2");

    private static Uri? Address(SettingsReader reader, string key, string variable, string example) =>
        reader.Address(key, example)
            ?? reader.FromEnvironment(key, environment => GigaChatEnvironment.Address(environment, variable, example));

    private static GigaChatScope ReadScope(SettingsReader reader)
    {
        string[] scopes = [.. GigaChatScopes.All.Select(s => s.Text())];
        if (reader.Value<GigaChatScope>("Scope", GigaChatScopes.Expected, GigaChatScopes.TryParse, known: scopes) is { } scope)
            return scope;
        GigaChatScope? found = null;
        if (reader.Text("Scope") is null)
            reader.Check("Scope", _ => found = GigaChatEnvironment.ScopeOf(reader.Environment));
        return found ?? default;
    }

    private static void ReadCredentials(SettingsReader reader, GigaChatOptions options)
    {
        options.AuthorizationKey = reader.Secret(
            "AuthorizationKey", $" Leave it out to use the environment variable {GigaChatEnvironment.Credentials}.");
        options.AccessToken = reader.Secret("AccessToken", "");
        options.User = reader.OptionalText("User");
        options.Password = reader.OptionalText("Password");
        // A credential with an error is not a missing one.
        if (reader.Text("AuthorizationKey") is not null || reader.Text("AccessToken") is not null || options.User is not null)
            return;
        // The environment's credentials are meant for the servers that the environment speaks of.
        reader.Check("AuthorizationKey", _ =>
        {
            if (!IsMeantFor(reader, options.AuthUrl, GigaChatEnvironment.AuthUrl, GigaChatEnvironment.AuthUrlExample)
                || !IsMeantFor(reader, options.BaseUrl, GigaChatEnvironment.BaseUrl, GigaChatEnvironment.BaseUrlExample))
            {
                return;
            }

            GigaChatEnvironment.ReadCredentials(options, reader.Environment);
        });
        if (options.AuthorizationKey is null && options.AccessToken is null && options.User is null
            && options.ClientCertificateFile is null)
        {
            reader.Problem(
                $"{reader.PathOf("AuthorizationKey")} is missing, and GigaChat answers no request without credentials. Set it, or the "
                    + "environment variable "
                    + $"{GigaChatEnvironment.Credentials}; or set AccessToken, User and Password, or ClientCertificateFile.");
        }
    }

    private static bool IsMeantFor(SettingsReader reader, Uri address, string variable, string example) =>
        HttpAddress.IsSameServer(address, GigaChatEnvironment.Address(reader.Environment, variable, example) ?? new Uri(example));

    private static void ReadHeaders(SettingsReader reader, GigaChatOptions options)
    {
        foreach (var (header, value) in reader.Pairs("Headers"))
        {
            options.Headers[header] = value;
            reader.Check("Headers", key => HeaderValue.CheckedHeader(header, value, HeaderValue.Entry(key, header), hasKey: true));
        }
    }

    private static bool TryPenalty(string text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value) && value > 0;
}
