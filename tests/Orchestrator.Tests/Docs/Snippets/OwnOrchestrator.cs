using Llm = global::Orchestrator;

namespace MyShop;

internal sealed class Orchestrator
{
    private readonly Llm.Router _router = new Llm.Router().AddProvider(new Llm.Providers.MockProvider("main"));

    public async Task<string> AskAsync(string prompt) => (await _router.RouteAsync(prompt)).Text;
}
