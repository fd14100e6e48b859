using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

internal static class RoutingSnippets
{
    public static async Task UsageAsync()
    {
        await using var router = new Router(RoutingStrategy.BestAvailable)
            .AddProvider(new MockProvider("main"))
            .AddProvider(new MockProvider("spare"), new ProviderOptions { Aliases = ["cheap"] });

        var answer = await router.RouteAsync("Hello");
        Console.WriteLine($"{answer.Provider.Name} said: {answer.Text}");

        await foreach (var update in router.RouteStreamAsync("Hello again"))
        {
            Console.Write(update.Text);
            if (update.GetRoute() is { } route)
                Console.WriteLine($" [{route.Provider.Name}, {route.Attempts.Count} attempt(s)]");
        }
    }

    public static async Task SelectAsync(Router router)
    {
        var answer = await router.RouteAsync("Hello", new ChatOptions { ModelId = "cheap" });
        Console.WriteLine(answer);
    }

    public static Router Limited()
    {
        var router = new Router(new RouterOptions
        {
            Timeouts = new TimeoutOptions { FirstToken = TimeSpan.FromSeconds(5), Stream = Timeout.InfiniteTimeSpan },
        });
        router.AddProvider(new MockProvider("slow"), new ProviderOptions
        {
            Timeouts = new TimeoutOptions { Attempt = TimeSpan.FromMinutes(10), Call = TimeSpan.FromMinutes(15) },
        });
        return router;
    }

    public static Router Retrying()
    {
        var router = new Router(new RouterOptions
        {
            Retry = new RetryOptions { MaxDelay = TimeSpan.FromSeconds(1), BudgetPerSecond = 2 },
            Health = new HealthOptions { ConsecutiveFailures = 5, CoolDown = TimeSpan.FromSeconds(2) },
            ErrorRules = { [LlmErrorKind.Timeout] = ErrorRule.For(LlmErrorKind.Timeout) with { RetriesSameProvider = true } },
        });
        router.AddProvider(new MockProvider("local"), new ProviderOptions { MaxConcurrency = 2, QueueLimit = 10 });
        return router;
    }

    public static async Task ErrorsAsync(Router router, string prompt, CancellationToken cancellationToken)
    {
        try
        {
            await router.RouteAsync(prompt, cancellationToken: cancellationToken);
        }
        catch (AllProvidersFailedException e)
        {
            foreach (var attempt in e.Attempts)
                Console.WriteLine($"{attempt.Provider.Name}: {attempt.Error?.Kind} after {attempt.Duration.TotalSeconds:0.0} s");
        }
        catch (LlmException e) when (e.Kind == LlmErrorKind.InvalidRequest)
        {
            Console.WriteLine($"Fix the request: {e.Message}");
        }
    }

    public static async Task CutAsync(Router router, string prompt)
    {
        try
        {
            await foreach (var update in router.RouteStreamAsync(prompt))
                Console.Write(update.Text);
        }
        catch (LlmException e) when (e.PartialText is not null)
        {
            Console.WriteLine($"\nCut after {e.PartialText.Length} characters: {e.Kind}");
        }
    }

    public static async Task RestartAsync(string prompt)
    {
        await using var router = new Router(new RouterOptions { MidStream = MidStreamMode.Restart })
            .AddProvider(new MockProvider("main"))
            .AddProvider(new MockProvider("spare"));

        var text = "";
        await foreach (var update in router.RouteStreamAsync(prompt))
        {
            if (update.Contents is [RestartContent restart])
            {
                Console.WriteLine($"{restart.Error.ProviderName} broke off; {restart.Provider.Name} starts over.");
                text = "";
            }

            text += update.Text;
        }
    }

    public static void Replace(Router router, ILlmProvider keep, ILlmProvider fresh)
    {
        router.ReplaceProviders(
        [
            new ProviderRegistration(keep, LeaveOpen: true),
            new ProviderRegistration(fresh),
        ]);
    }
}
