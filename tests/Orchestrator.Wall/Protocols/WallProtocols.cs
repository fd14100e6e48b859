namespace Orchestrator.Wall;

/// <summary>The protocols the wall can speak.</summary>
internal static class WallProtocols
{
    public static IReadOnlyList<IWallProtocol> All { get; } =
        [new OpenAiWallProtocol(), new OllamaWallProtocol(), new GigaChatWallProtocol(), new YandexGptWallProtocol()];

    public static IWallProtocol Named(string name) =>
        All.FirstOrDefault(p => p.Name == name)
            ?? throw new ArgumentException(
                $"There is no protocol '{name}'; there are: {string.Join(", ", All.Select(p => p.Name))}.", nameof(name));
}
