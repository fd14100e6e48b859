using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orchestrator.Tests.DependencyInjection;

internal static class Settings
{
    /// <summary>A provider list, for settings whose point is elsewhere.</summary>
    public const string OneMock = """ "Providers": [ { "Name": "a", "Type": "mock" } ] """;

    /// <summary>The section "Llm" with the given content.</summary>
    public static IConfigurationSection Section(string json) => Root($$"""{ "Llm": {{json}} }""").GetSection("Llm");

    public static IConfigurationRoot Root(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    /// <summary>An environment with these variables and no others.</summary>
    public static Func<string, string?> Variables(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    public static ServiceProvider Container(string json, Action<RouterOptions>? configure = null, Func<string, string?>? environment = null)
    {
        var services = new ServiceCollection();
        services.AddLlmRouter(Section(json), configure, environment ?? Variables());
        return services.BuildServiceProvider();
    }

    public static RouterOptions Options(string json, Action<RouterOptions>? configure = null)
    {
        using var container = Container(json, configure);
        return container.GetRequiredService<IOptions<RouterOptions>>().Value;
    }

    public static ProviderEntryView[] Entries(string json)
    {
        using var container = Container(json);
        return [.. container.GetServices<Orchestrator.DependencyInjection.IProviderSource>()
            .SelectMany(source => source.Entries)
            .Select(entry => new ProviderEntryView(entry.Create(container).Info, entry.Options!))];
    }

    /// <summary>What is wrong with the settings, one message each.</summary>
    public static IReadOnlyList<string> Problems(string json, Func<string, string?>? environment = null)
    {
        using var container = Container(json, environment: environment);
        var act = () => container.GetRequiredService<Router>();
        return [.. act.Should().Throw<OptionsValidationException>().Which.Failures];
    }

    internal sealed record ProviderEntryView(ProviderInfo Info, ProviderOptions Options);
}
