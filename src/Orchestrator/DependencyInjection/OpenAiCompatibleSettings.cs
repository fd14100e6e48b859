using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Reads a provider of type <c>openai</c>. Missing keys are read from the environment.</summary>
internal static class OpenAiCompatibleSettings
{
    private enum Preset
    {
        Yandex,
        CloudRu,
    }

    public static Func<IServiceProvider, ILlmProvider> Read(SettingsReader reader, string name)
    {
        var preset = reader.Choice("Preset", [Preset.Yandex, Preset.CloudRu]);
        var options = ReadServer(reader, preset);
        options.AuthorizationScheme = reader.OptionalText("AuthorizationScheme") ?? options.AuthorizationScheme;
        reader.Check("AuthorizationScheme", key => HeaderValue.CheckedName(options.AuthorizationScheme, key));
        foreach (var (header, value) in reader.Pairs("Headers"))
        {
            options.Headers[header] = value;
            reader.Check(
                "Headers", key => HeaderValue.CheckedHeader(header, value, HeaderValue.Entry(key, header), options.ApiKey is not null));
        }

        options.Vendor = reader.OptionalText("Vendor") ?? options.Vendor;
        options.UseMaxCompletionTokens = reader.YesNo("UseMaxCompletionTokens");
        options.RequestUsage = reader.YesNo("RequestUsage") ?? options.RequestUsage;
        options.Capabilities = reader.Capabilities("Capabilities") ?? options.Capabilities;
        options.ContextWindow = reader.WholeNumber("ContextWindow", least: 1);
        options.MalformedEvents = reader.Choice("MalformedEvents", [MalformedEventAction.SkipOne, MalformedEventAction.Throw])
            ?? options.MalformedEvents;
        return services => new OpenAiCompatibleProvider(
            name, options, HttpClientDefaults.Client(services, name), services.GetService<TimeProvider>());
    }

    private static OpenAiCompatibleOptions ReadServer(SettingsReader reader, Preset? preset)
    {
        var before = reader.ProblemCount;
        var address = reader.Address("BaseUrl", OpenAiCompatibleEnvironment.BaseUrlExample);
        var addressIsSound = reader.ProblemCount == before;
        var key = reader.Secret(
            "ApiKey", preset is null ? $" Leave it out to use the environment variable {OpenAiCompatibleEnvironment.ApiKey}." : "");
        const string ModelExpected = "the model to ask, such as gpt-4o-mini";
        var model = preset == Preset.CloudRu ? reader.OptionalText("Model") : reader.RequiredText("Model", ModelExpected);

        // A preset is another vendor's server: address and key of the environment do not belong to it.
        OpenAiCompatibleOptions options;
        switch (preset)
        {
            case Preset.Yandex:
                var folder = reader.RequiredText("FolderId", "the id of the Yandex Cloud folder that the model is used from");
                reader.RequireSecret("ApiKey", key, "an API key of Yandex Cloud");
                options = OpenAiCompatibleOptions.ForYandex(folder ?? "none", key ?? "none", model ?? "none");
                break;
            case Preset.CloudRu:
                reader.RequireSecret("ApiKey", key, "an API key of cloud.ru");
                options = model is null
                    ? OpenAiCompatibleOptions.ForCloudRu(key ?? "none")
                    : OpenAiCompatibleOptions.ForCloudRu(key ?? "none", model);
                break;
            default:
                before = reader.ProblemCount;
                address ??= reader.FromEnvironment("BaseUrl", OpenAiCompatibleEnvironment.Address) ?? OpenAiCompatibleEnvironment.Default;
                addressIsSound &= reader.ProblemCount == before;
                options = new OpenAiCompatibleOptions { Model = model ?? "", ApiKey = key };
                if (addressIsSound)
                    options.ApiKey ??= KeyFor(reader, address);
                break;
        }

        options.BaseUrl = address ?? options.BaseUrl;
        return options;
    }

    private static string? KeyFor(SettingsReader reader, Uri address)
    {
        if (reader.Text("ApiKey") is not null)
            return null; // The error is reported already.
        var key = OpenAiCompatibleEnvironment.KeyFor(address, reader.Environment);
        if (key is not null)
        {
            reader.Check("ApiKey", _ => HeaderValue.Checked(key, $"The environment variable {OpenAiCompatibleEnvironment.ApiKey}"));
        }
        else if (OpenAiCompatibleEnvironment.NeedsKey(address))
        {
            reader.Problem(
                $"{reader.PathOf("ApiKey")} is missing, and {address.Host} answers no request without a key. Set it, or the environment " +
                $"variable {OpenAiCompatibleEnvironment.ApiKey}; for another server set {reader.PathOf("BaseUrl")}.");
        }

        return key;
    }
}
