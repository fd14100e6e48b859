using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Reads a provider of type <c>openai</c>. Missing keys are read from the environment.</summary>
internal static class OpenAiCompatibleSettings
{
    public static Func<IServiceProvider, ILlmProvider> Read(SettingsReader reader, string name)
    {
        var preset = reader.Choice("Preset", Enum.GetValues<OpenAiPresetName>());
        var options = ReadServer(reader, preset);
        options.AuthorizationScheme = reader.OptionalText("AuthorizationScheme") ?? options.AuthorizationScheme;
        options.ApiKeyHeader = reader.OptionalText("ApiKeyHeader") ?? options.ApiKeyHeader;
        reader.Check("ApiKeyHeader", key => HeaderValue.CheckedName(options.ApiKeyHeader, key));
        reader.Check("AuthorizationScheme", key => HeaderValue.CheckedName(options.AuthorizationScheme, key));
        foreach (var (header, value) in reader.Pairs("Headers"))
        {
            options.Headers[header] = value;
            reader.Check(
                "Headers", key => HeaderValue.CheckedHeader(header, value, HeaderValue.Entry(key, header), options.ApiKey is not null));
        }

        options.Vendor = reader.OptionalText("Vendor") ?? options.Vendor;
        options.UseMaxCompletionTokens = reader.YesNo("UseMaxCompletionTokens") ?? options.UseMaxCompletionTokens;
        options.RequestUsage = reader.YesNo("RequestUsage") ?? options.RequestUsage;
        options.Capabilities = reader.Capabilities("Capabilities") ?? options.Capabilities;
        options.ContextWindow = reader.WholeNumber("ContextWindow", least: 1);
        OpenAiQuirkSettings.Read(reader, options);
        options.MalformedEvents = reader.Choice("MalformedEvents", [MalformedEventAction.SkipOne, MalformedEventAction.Throw])
            ?? options.MalformedEvents;
        return services => new OpenAiCompatibleProvider(
            name, options, HttpClientDefaults.Client(services, name), services.GetService<TimeProvider>());
    }

    private static OpenAiCompatibleOptions ReadServer(SettingsReader reader, OpenAiPresetName? preset)
    {
        var before = reader.ProblemCount;
        var address = reader.Address("BaseUrl", ExampleOf(preset));
        var addressIsSound = reader.ProblemCount == before;
        var known = preset is { } name ? OpenAiPresets.Find(name) : null;
        var key = reader.Secret("ApiKey", HintOf(preset, known));
        var version = reader.OptionalText("ApiVersion");
        const string ModelExpected = "the model to ask, such as gpt-4o-mini";
        var model = preset == OpenAiPresetName.CloudRu
            ? reader.OptionalText("Model")
            : reader.RequiredText("Model", preset == OpenAiPresetName.Azure ? "the deployment to ask" : ModelExpected);

        // A preset is another vendor's server: address and key of OpenAI's variables do not belong to it.
        OpenAiCompatibleOptions options;
        switch (preset)
        {
            case OpenAiPresetName.Yandex:
                var folder = reader.RequiredText("FolderId", "the id of the Yandex Cloud folder that the model is used from");
                reader.RequireSecret("ApiKey", key, "an API key of Yandex Cloud");
                options = OpenAiCompatibleOptions.ForYandex(folder ?? "none", key ?? "none", model ?? "none");
                break;
            case OpenAiPresetName.CloudRu:
                reader.RequireSecret("ApiKey", key, "an API key of cloud.ru");
                options = model is null
                    ? OpenAiCompatibleOptions.ForCloudRu(key ?? "none")
                    : OpenAiCompatibleOptions.ForCloudRu(key ?? "none", model);
                break;
            case OpenAiPresetName.Azure:
                if (address is null && addressIsSound)
                    reader.Refuse("BaseUrl", $"the address of the Azure resource, such as {AzureAddress.Example}");
                address = address is null ? null : AzureAddress.Of(address, model ?? "none", version, reader.PathOf("BaseUrl"));
                options = known!.Without(model ?? "none", address);
                options.ApiKey = key ?? OpenAiKeySettings.Of(reader, known, address);
                break;
            case not null:
                options = known!.Without(model ?? "none", address);
                options.ApiKey = key ?? (addressIsSound ? OpenAiKeySettings.Of(reader, known, options.BaseUrl) : null);
                break;
            default:
                before = reader.ProblemCount;
                address ??= reader.FromEnvironment("BaseUrl", OpenAiCompatibleEnvironment.Address) ?? OpenAiCompatibleEnvironment.Default;
                addressIsSound &= reader.ProblemCount == before;
                options = new OpenAiCompatibleOptions { Model = model ?? "", ApiKey = key };
                if (addressIsSound)
                    options.ApiKey ??= OpenAiKeySettings.Of(reader, address);
                break;
        }

        options.BaseUrl = address ?? options.BaseUrl;
        options.ApiVersion = version;
        return options;
    }

    private static string ExampleOf(OpenAiPresetName? preset) => preset switch
    {
        OpenAiPresetName.Azure => AzureAddress.Example,
        { } name when OpenAiPresets.Find(name) is { } known => known.Address,
        _ => OpenAiCompatibleEnvironment.BaseUrlExample,
    };

    private static string HintOf(OpenAiPresetName? preset, OpenAiPreset? known) =>
        preset is null ? $" Leave it out to use the environment variable {OpenAiCompatibleEnvironment.ApiKey}."
        : known is { KeyVariables: [var variable, ..] } ? $" Leave it out to use the environment variable {variable}."
        : "";
}
