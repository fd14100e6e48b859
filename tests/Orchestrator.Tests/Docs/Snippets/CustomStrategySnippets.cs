using MyApp;

namespace Orchestrator.Tests.Docs.Snippets;

public sealed class CustomStrategySnippets
{
    public static Router Make()
    {
        var router = new Router(new CheapestFirst());
        return router;
    }

    public static Router MakeWithOptions()
    {
        var router = new Router(new RouterOptions { CustomStrategy = new StickyByTenant(), MaxAttempts = 3 });
        return router;
    }

    public static async Task<LlmResponse> AskAsync(Router router, string prompt)
    {
        var answer = await router.RouteAsync(new LlmRequest(prompt)
        {
            Tags = new Dictionary<string, string> { ["tenant"] = "north" },
        });
        return answer;
    }

    [Fact]
    public void Cheap_comes_before_dear_and_dear_before_unknown()
    {
        Candidate unknown = new(new ProviderInfo("unknown", "acme", "m"));
        var cheap = new Candidate(new ProviderInfo("cheap", "acme", "m")) { Price = new ModelPrice(0.1m) };
        var dear = new Candidate(new ProviderInfo("dear", "acme", "m")) { Price = new ModelPrice(2m) };
        var context = new RankContext(new LlmRequest("hi"), Sequence: 0, new Random(1));

        var order = new CheapestFirst().Rank([unknown, dear, cheap], context).Select(c => c.Info.Name);

        Assert.Equal(["cheap", "dear", "unknown"], order);
    }
}
