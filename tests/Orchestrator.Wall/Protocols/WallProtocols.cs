namespace Orchestrator.Wall;

/// <summary>The protocols the wall can speak.</summary>
internal static class WallProtocols
{
    public static IReadOnlyList<IWallProtocol> All { get; } =
        [new OpenAiWallProtocol(), new OllamaWallProtocol(), new GigaChatWallProtocol(), new YandexGptWallProtocol()];

    public static IWallProtocol Named(string name) =>
        All.Concat(WallDialects.All).FirstOrDefault(p => p.Name == name)
            ?? throw new ArgumentException(
                $"There is no protocol '{name}'; there are: {string.Join(", ", All.Concat(WallDialects.All).Select(p => p.Name))}.",
                nameof(name));

    /// <summary>The protocols that a word of the command line means: one, all vendors' own, or all dialects of OpenAI's.</summary>
    public static IReadOnlyList<IWallProtocol> Chosen(string word) => word switch
    {
        "all" => All,
        "dialects" => WallDialects.All,
        _ => [Named(word)],
    };
}
