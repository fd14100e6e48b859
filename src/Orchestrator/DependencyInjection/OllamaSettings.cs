using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Reads a provider of type <c>ollama</c>. Missing keys are read from the environment.</summary>
internal static class OllamaSettings
{
    public static Func<IServiceProvider, ILlmProvider> Read(SettingsReader reader, string name)
    {
        var options = new OllamaOptions
        {
            Model = reader.RequiredText("Model", "a model the server has, such as llama3.2") ?? "",
            BaseUrl = reader.Address("BaseUrl", OllamaEnvironment.BaseUrlExample)
                ?? reader.FromEnvironment("BaseUrl", OllamaEnvironment.Address) ?? OllamaEnvironment.Default,
            ApiKey = reader.Secret("ApiKey", $" Leave it out to use the environment variable {OllamaEnvironment.ApiKey}."),
            ContextLength = reader.WholeNumber("ContextLength", least: 1),
            KeepAlive = reader.DurationOrInfinite("KeepAlive"),
            Think = reader.YesNo("Think"),
            Truncate = reader.YesNo("Truncate"),
        };
        options.ApiKey ??= KeyFor(reader, options.BaseUrl);
        foreach (var (option, text) in reader.Pairs("ModelOptions"))
        {
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
                options.ModelOptions[option] = value;
            else
            {
                reader.Problem(
                    $"{OllamaRequestWriter.Entry(reader.PathOf("ModelOptions"), option)} must be a number, with a point, but was "
                        + $"{ShownValue.Of(option, text, [], isNumber: true)}.");
            }
        }

        options.ExtraBody = reader.Json("ExtraBody") as JsonObject;
        options.Capabilities = reader.Capabilities("Capabilities") ?? options.Capabilities;
        options.MalformedEvents = reader.Choice("MalformedEvents", [MalformedEventAction.SkipOne, MalformedEventAction.Throw])
            ?? options.MalformedEvents;
        return services =>
            new OllamaProvider(name, options, HttpClientDefaults.Client(services, name), services.GetService<TimeProvider>());
    }

    private static string? KeyFor(SettingsReader reader, Uri address)
    {
        if (reader.Text("ApiKey") is not null)
            return null; // The error is reported already.
        var key = OllamaEnvironment.KeyFor(address, reader.Environment);
        if (key is not null)
        {
            reader.Check("ApiKey", _ => HeaderValue.Checked(key, $"The environment variable {OllamaEnvironment.ApiKey}"));
        }
        else if (OllamaEnvironment.NeedsKey(address))
        {
            reader.Problem(
                $"{reader.PathOf("ApiKey")} is missing, and {address.Host} answers no request without a key. Set it, or the environment " +
                $"variable {OllamaEnvironment.ApiKey}.");
        }

        return key;
    }
}
