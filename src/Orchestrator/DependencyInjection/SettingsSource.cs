using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Orchestrator.DependencyInjection;

/// <summary>One configuration section given to <c>AddLlmRouter</c>. It is read when first needed, and once, so that the
/// validated values are used even if the configuration reloads in between.</summary>
internal sealed class SettingsSource : IConfigureOptions<RouterOptions>, IProviderSource
{
    private readonly IConfiguration _section;
    private readonly Func<string, string?> _environment;
    private readonly Lazy<(RouterSettings Settings, IReadOnlyList<string> Problems)> _read;

    public SettingsSource(IConfiguration section, Func<string, string?> environment)
    {
        _section = section;
        _environment = environment;
        _read = new(Read);
    }

    public IReadOnlyList<ProviderEntry> Entries => _read.Value.Settings.Providers;

    public IReadOnlyList<string> Problems => _read.Value.Problems;

    public void Configure(RouterOptions options) => _read.Value.Settings.ApplyTo(options);

    public string WhyNoProviders() => _section switch
    {
        IConfigurationSection section when !section.GetChildren().Any() => $"The configuration section {section.Path} is missing or empty.",
        IConfigurationSection section => $"The configuration has none under {section.Path}:Providers.",
        _ => "AddLlmRouter was given the root of the configuration, which has no Providers: pass a section, as in GetSection(\"Llm\").",
    };

    private (RouterSettings, IReadOnlyList<string>) Read()
    {
        var problems = new List<string>();
        var reader = new SettingsReader(_section, problems, _environment);
        var settings = RouterSettings.Read(reader);

        // The root also holds other settings, down to the environment's variables: an unknown key there is no typing error.
        if (_section is IConfigurationSection section)
        {
            reader.RefuseUnknownKeys();
            if (!string.IsNullOrEmpty(section.Value) && !section.GetChildren().Any())
            {
                problems.Add(
                    $"{section.Path} must be a section with keys below it, but was {ShownValue.Of(section.Path, section.Value, [])}.");
            }
        }

        return (settings, problems);
    }
}
