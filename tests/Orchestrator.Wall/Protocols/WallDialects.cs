using Orchestrator.Providers;

namespace Orchestrator.Wall;

/// <summary>The dialects of OpenAI's protocol, each with a strict fake and the preset of its vendor.</summary>
internal static class WallDialects
{
    /// <summary>All but OpenAI's own, which is the protocol <c>openai</c>.</summary>
    public static IReadOnlyList<IWallProtocol> All { get; } =
        [.. DialectList.All.Where(d => d.Name != OpenAiDialect.OpenAi).Select(d => new OpenAiWallProtocol(d))];

    /// <summary>The preset of a dialect for a fake; the plain options where there is no preset.</summary>
    public static OpenAiCompatibleOptions OptionsFor(OpenAiDialect dialect, Uri address, string model, string key)
    {
        var options = dialect switch
        {
            OpenAiDialect.Azure => OpenAiCompatibleOptions.Azure(address, model, key),
            OpenAiDialect.DeepSeek => OpenAiCompatibleOptions.DeepSeek(model, key),
            OpenAiDialect.Gemini => OpenAiCompatibleOptions.Gemini(model, key),
            OpenAiDialect.Groq => OpenAiCompatibleOptions.Groq(model, key),
            OpenAiDialect.Mistral => OpenAiCompatibleOptions.Mistral(model, key),
            OpenAiDialect.Moonshot => OpenAiCompatibleOptions.Moonshot(model, key),
            OpenAiDialect.OpenRouter => OpenAiCompatibleOptions.OpenRouter(model, key),
            OpenAiDialect.XAi => OpenAiCompatibleOptions.XAi(model, key),
            OpenAiDialect.Perplexity => OpenAiCompatibleOptions.Perplexity(model, key),
            OpenAiDialect.Qwen => OpenAiCompatibleOptions.Qwen(model, key),
            OpenAiDialect.Together => OpenAiCompatibleOptions.Together(model, key),
            OpenAiDialect.Vllm or OpenAiDialect.VllmFlat => OpenAiCompatibleOptions.Vllm(model, apiKey: key),
            OpenAiDialect.SgLang => OpenAiCompatibleOptions.SgLang(model, apiKey: key),
            OpenAiDialect.LlamaCpp => OpenAiCompatibleOptions.LlamaCpp(model, apiKey: key),
            OpenAiDialect.LmStudio => OpenAiCompatibleOptions.LmStudio(model, apiKey: key),
            OpenAiDialect.Tgi => OpenAiCompatibleOptions.Tgi(model, apiKey: key),
            // A fake of OpenAI is not known by its address.
            OpenAiDialect.OpenAi => new() { Model = model, ApiKey = key, ToolCallIds = ToolCallIdForm.AtMost40 },
            _ => new() { Model = model, ApiKey = key },
        };
        options.BaseUrl = address;
        return options;
    }
}
