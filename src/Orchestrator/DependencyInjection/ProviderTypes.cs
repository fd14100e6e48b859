using System.Collections.Frozen;

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

    public static string Expected { get; } = "a type of provider: " + string.Join(", ", ByName.Keys.Order(StringComparer.Ordinal));
}
