namespace Orchestrator.Testing;

/// <summary>The dialects there are.</summary>
internal static class DialectList
{
    public static IReadOnlyList<Dialect> All { get; } =
    [
        OpenAiServers.OpenAi, AzureServer.Dialect, DeepSeekServer.Dialect, GeminiServer.Dialect, GroqServer.Dialect, MistralServer.Dialect,
        MoonshotServer.Dialect, OpenRouterServer.Dialect, XAiServer.Dialect, PerplexityServer.Dialect, QwenServer.Dialect,
        TogetherServer.Dialect, VllmServers.Vllm, VllmServers.Flat, SgLangServer.Dialect, LocalServers.LlamaCpp, LocalServers.LmStudio,
        TgiServer.Dialect, OpenAiServers.FastApi,
    ];

    private static readonly Dialect[] ByName = [.. Enum.GetValues<OpenAiDialect>().Select(n => All.Single(d => d.Name == n))];

    // The beginnings of keys that one vendor alone has.
    private static readonly (OpenAiDialect Vendor, string Prefix)[] Keys =
        [.. All.Where(d => d.KeyPrefix is not null and not "sk-").Select(d => (d.Name, d.KeyPrefix!))];

    public static Dialect Of(OpenAiDialect name) =>
        (uint)name < (uint)ByName.Length
            ? ByName[(int)name]
            : throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such dialect.");

    /// <summary>Whether a key begins as those of one vendor alone, and it is another than this.</summary>
    public static bool IsOfAnother(string key, OpenAiDialect name) =>
        Array.Exists(Keys, k => k.Vendor != name && key.StartsWith(k.Prefix, StringComparison.Ordinal));
}
