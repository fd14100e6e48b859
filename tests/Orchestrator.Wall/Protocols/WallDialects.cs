using Orchestrator.Providers;

namespace Orchestrator.Wall;

/// <summary>The dialects of OpenAI's protocol, each with a strict fake and the options that its vendor needs.</summary>
internal static class WallDialects
{
    /// <summary>All but OpenAI's own, which is the protocol <c>openai</c>.</summary>
    public static IReadOnlyList<IWallProtocol> All { get; } =
        [.. DialectList.All.Where(d => d.Name != OpenAiDialect.OpenAi).Select(d => new OpenAiWallProtocol(d))];

    public static OpenAiCompatibleOptions OptionsFor(OpenAiDialect dialect, Uri address, string model) => new()
    {
        BaseUrl = address,
        Model = model,
        ApiKey = WallSecrets.ApiKey,
        RequestUsage = dialect != OpenAiDialect.Mistral,
    };
}
