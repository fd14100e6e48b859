using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

/// <summary>The checks of docs/providers/openai-compatible.md and ollama.md.</summary>
internal static class ServerCheckSnippets
{
    public static async Task OpenAiAsync()
    {
        using var openAi = new OpenAiCompatibleProvider("openai", OpenAiCompatibleOptions.FromEnvironment("gpt-4o-mini"));
        var found = await openAi.DiagnoseAsync();
        if (!found.IsValid)
            Console.WriteLine(found);   // UnknownModel: https://api.openai.com/v1 does not list gpt-4o-mini. There are: gpt-4o, gpt-4.1-mini … Set Model to one of the server's.
    }

    public static async Task OllamaAsync()
    {
        using var local = new OllamaProvider("local", OllamaOptions.FromEnvironment("llama3.2"));
        var found = await local.DiagnoseAsync();
        if (!found.IsValid)
            Console.WriteLine(found);   // UnknownModel: http://localhost:11434/ does not list llama3.2. There are: qwen3:8b. Get it with 'ollama pull llama3.2', …
    }
}
