using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Reads a provider of type <c>yandexgpt</c>. Missing credentials and a missing folder are read from the environment.</summary>
internal static class YandexGptSettings
{
    public static Func<IServiceProvider, ILlmProvider> Read(SettingsReader reader, string name)
    {
        var options = new YandexGptOptions
        {
            Model = reader.RequiredText("Model", "the model to ask, such as yandexgpt-5-lite") ?? "",
            FolderId = reader.OptionalText("FolderId"),
            ApiKey = reader.Secret("ApiKey", $" Leave it out to use the environment variable {YandexGptEnvironment.ApiKey}."),
            IamToken = reader.Secret("IamToken", $" Leave it out to use the environment variable {YandexGptEnvironment.IamToken}."),
            ServiceAccountKeyFile = reader.OptionalText("ServiceAccountKeyFile"),
            UseMetadata = reader.YesNo("UseMetadata") ?? false,
            Reasoning = reader.YesNo("Reasoning"),
            ContextWindow = reader.WholeNumber("ContextWindow", least: 1),
        };
        options.BaseUrl = reader.Address("BaseUrl", YandexGptEnvironment.BaseUrlExample) ?? options.BaseUrl;
        options.IamUrl = reader.Address("IamUrl", YandexGptServiceAccountKey.Audience) ?? options.IamUrl;
        options.MetadataUrl = reader.Address("MetadataUrl", "http://169.254.169.254") ?? options.MetadataUrl;
        options.DataLogging = reader.YesNo("DataLogging") ?? options.DataLogging;
        options.Capabilities = reader.Capabilities("Capabilities") ?? options.Capabilities;
        options.MalformedEvents = reader.Choice("MalformedEvents", [MalformedEventAction.SkipOne, MalformedEventAction.Throw])
            ?? options.MalformedEvents;
        FillIn(reader, options);
        return services =>
            new YandexGptProvider(name, options, HttpClientDefaults.Client(services, name), services.GetService<TimeProvider>());
    }

    private static void FillIn(SettingsReader reader, YandexGptOptions options)
    {
        if (options.Model.Length > 0 && options.FolderId is null && !YandexGptModel.IsUri(options.Model) && reader.Text("FolderId") is null)
        {
            options.FolderId = EnvironmentText.Of(reader.Environment, YandexGptEnvironment.FolderId);
            if (options.FolderId is null)
            {
                reader.Problem(
                    $"{reader.PathOf("FolderId")} is missing; it must be the id of the folder, such as b1g…. Set it, or the environment "
                        + "variable "
                        + $"{YandexGptEnvironment.FolderId}, or give the model as a whole gpt:// URI.");
            }
        }

        string[] keys = ["ApiKey", "IamToken", "ServiceAccountKeyFile"];
        var set = keys.Where(key => reader.Text(key) is not null).Concat(options.UseMetadata ? ["UseMetadata"] : []).ToList();
        if (set.Count > 1)
            reader.Problem($"{reader.Path} sets {string.Join(" and ", set)}; keep one of them, as only one can be sent.");
        if (set.Count == 0)
            FillInCredentials(reader, options);
    }

    // The environment's credentials are for Yandex: they must not be sent to another server that has none of its own.
    private static void FillInCredentials(SettingsReader reader, YandexGptOptions options)
    {
        if (!HttpAddress.IsSameServer(options.BaseUrl, YandexGptEnvironment.Default))
        {
            reader.Problem(
                $"{reader.PathOf("ApiKey")} is missing, and {reader.PathOf("BaseUrl")} is not Yandex's own address, so the "
                    + "environment's credentials "
                    + "are not sent there. Set ApiKey, IamToken, ServiceAccountKeyFile or UseMetadata.");
            return;
        }

        reader.Check("ApiKey", _ => YandexGptEnvironment.FillIn(options, reader.Environment));
    }
}
