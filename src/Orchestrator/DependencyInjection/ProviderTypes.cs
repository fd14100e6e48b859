using System.Collections.Frozen;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>The values of a provider's <c>Type</c>. A new one is one line here and one method that reads its keys.</summary>
internal static class ProviderTypes
{
    /// <summary>Reads the keys of one type, reports every problem to the reader, and returns the factory of the provider.</summary>
    /// <param name="settings">The provider's section; keys that are read from it become known.</param>
    /// <param name="name">The provider's name.</param>
    internal delegate Func<IServiceProvider, ILlmProvider> Reading(SettingsReader settings, string name);

    public static FrozenDictionary<string, Reading> ByName { get; } = new Dictionary<string, Reading>
    {
        ["gigachat"] = GigaChatSettings.Read,
        ["mock"] = MockSettings.Read,
        ["ollama"] = OllamaSettings.Read,
        ["openai"] = OpenAiCompatibleSettings.Read,
        ["yandexgpt"] = YandexGptSettings.Read,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The types, and the presets, which users take for types.</summary>
    public static string[] Words { get; } = [.. ByName.Keys, .. Enum.GetNames<OpenAiPresetName>()];

    public static string Expected { get; } = "a type of provider: " + string.Join(", ", ByName.Keys.Order(StringComparer.Ordinal));

    /// <summary>What to write instead of an unknown type.</summary>
    public static string HintFor(string type)
    {
        var preset = Array.Find(Enum.GetNames<OpenAiPresetName>(), name => NearestName.Plain(name) == NearestName.Plain(type));
        return preset is null
            ? NearestName.Hint(type, ByName.Keys)
            : $" For this server write Type: openai and Preset: {preset}.";
    }
}
