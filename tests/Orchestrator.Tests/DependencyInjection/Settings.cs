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

    public static ServiceProvider Container(string json, Action<RouterOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLlmRouter(Section(json), configure);
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
    public static IReadOnlyList<string> Problems(string json)
    {
        using var container = Container(json);
        var act = () => container.GetRequiredService<Router>();
        return [.. act.Should().Throw<OptionsValidationException>().Which.Failures];
    }

    internal sealed record ProviderEntryView(ProviderInfo Info, ProviderOptions Options);
}
