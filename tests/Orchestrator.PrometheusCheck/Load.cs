using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.PrometheusCheck;

/// <summary>Calls of every kind and every end over scripted mocks: what the metrics have to show is known afterwards,
/// not guessed.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const string Chain = "chain";
    private const string Narrow = "narrow";
    private static readonly LlmErrorKind[] Kinds = [.. Enum.GetValues<LlmErrorKind>().Where(k => k != LlmErrorKind.NoCandidate)];

    private readonly CancellationTokenSource _leave = new();
    private readonly List<Task> _running = [];

    public Load()
    {
        var options = new RouterOptions { Timeouts = new() { Attempt = Timeout.InfiniteTimeSpan, Call = Timeout.InfiniteTimeSpan } };
        options.Observers.Add(Ledger);
        Router = new Router(options, Ledger.Changes);
        var chained = new ProviderOptions { Aliases = [Chain] };
        Router
            .AddProvider(Mock(
                "gigachat", "gigachat", "GigaChat-2-Pro", new() { Usage = new(137, 41) { CachedTokens = 17 }, Delay = Ms(60) }), chained)
            .AddProvider(Mock("yandex", "yandexgpt", "yandexgpt-5-lite", new() { Delay = Ms(120), ChunkDelay = Ms(5) }), chained)
            .AddProvider(Mock("ollama", "ollama", "llama3", new() { Delay = Ms(10) }))
            .AddProvider(Mock("acme", "acme", "acme-large", new() { ReportUsage = true, Delay = Ms(300) }))
            .AddProvider(
                Mock("own price", "acme", "acme-small", new() { ReportUsage = true, Delay = Ms(1) }), new() { Price = new(0.1m, 0.7m) })
            .AddProvider(Mock("odd \"name\" \\ с юникодом {a=\"b\"}", "mock", "a\\b\"c", new() { Delay = Ms(1) }))
            .AddProvider(Mock("half", "mock", "degraded", new()
            {
                Delay = Ms(1),
                Script = [MockOutcome.Success(), Fail(), MockOutcome.Success(), Fail(), MockOutcome.Success(), Fail()]
            }))
            .AddProvider(Mock(
                "stumbles", "mock", "retried", new() { Delay = Ms(1), Script = [MockOutcome.Failure(LlmErrorKind.ServerError, 500)] }))
            .AddProvider(Mock(Narrow, "mock", "narrow", new() { Delay = Ms(20) }), new() { MaxConcurrency = 1 })
            .AddProvider(
                Mock("down", "yandexgpt", "yandexgpt-5.1", new() { FailureRate = 1, FailureKind = LlmErrorKind.Unavailable }), chained)
            .AddProvider(Mock("cannot", "mock", "cannot", new() { FailureRate = 1, FailureKind = LlmErrorKind.NotSupported }), chained)
            .AddProvider(Mock("cut", "gigachat", "GigaChat-2",
                new() { Delay = Ms(1), Script = [MockOutcome.CutAfter(2), MockOutcome.CutAfter(0), MockOutcome.CutAfter(3)] }))
            .AddProvider(Mock("patient", "mock", "slow-words", new() { Delay = Ms(5), ChunkDelay = Ms(20) }))
            .AddProvider(Mock("hangs", "mock", "hangs", new() { Script = [MockOutcome.Hang(), MockOutcome.Hang(), MockOutcome.Hang()] }))
            .AddProvider(Mock("idle", "mock", "never-called", new()))
            .AddProvider(Mock("changes", "gigachat", "GigaChat-2", new() { Delay = Ms(1) }))
            .AddProvider(Mock(Removed, "mock", "gone", new() { Delay = Ms(1) }));
        foreach (var kind in Kinds)
            Router.AddProvider(Mock($"fails with {kind}", "mock", "fails", new() { Script = [MockOutcome.Failure(kind)] }));
    }

    /// <summary>The provider that is taken away at the end: its counters stay on the page.</summary>
    public static string Removed => "removed";

    public Ledger Ledger { get; } = new();

    public Router Router { get; }

    /// <summary>Runs all calls; afterwards two attempts still run, and nothing changes until <see cref="LeaveAsync"/>.</summary>
    public async Task RunAsync()
    {
        var calls = new List<Task>();
        string[] usual = ["gigachat", "yandex", "ollama", "acme", "own price", "odd \"name\" \\ с юникодом {a=\"b\"}", "changes", Removed];
        foreach (var name in usual)
        {
            for (var i = 0; i < 6; i++)
                calls.Add(i % 2 == 0 ? AskAsync(name) : StreamAsync(name));
        }

        calls.AddRange(Kinds.Select(kind => AskAsync($"fails with {kind}")));
        calls.Add(AskAsync("stumbles"));
        calls.AddRange(Enumerable.Range(0, 4).Select(_ => AskAsync(Narrow)));
        calls.AddRange(Enumerable.Range(0, 6).Select(_ => AskAsync("down")));
        calls.AddRange(Enumerable.Range(0, 3).Select(_ => StreamAsync("cut")));
        calls.AddRange(Enumerable.Range(0, 3).Select(_ => StreamAsync("patient", leaveAfter: 2)));
        calls.AddRange(Enumerable.Range(0, 2).Select(_ => StreamAsync("patient", cancelAfter: 2)));
        calls.Add(AskAsync("hangs", cancelAfter: Ms(50)));
        calls.Add(AskAsync("there is no such model"));
        calls.Add(StreamAsync("there is no such model"));
        await Task.WhenAll(calls);

        // One after the other, so that the failures never come to three in a row, nor to 60 %.
        for (var i = 0; i < 8; i++)
            await AskAsync("half");
        // One after the other, so that round-robin meets the failing one in both modes.
        for (var i = 0; i < 12; i++)
            await (i % 2 == 0 ? AskAsync(Chain) : StreamAsync(Chain));

        Router.RemoveProvider("changes");
        Router.AddProvider(Mock("changes", "gigachat", "GigaChat-2-Max", new() { Delay = Ms(1) }));
        await AskAsync("changes");
        await StreamAsync("changes");
        Router.RemoveProvider(Removed);

        _running.AddRange([AskAsync("hangs", cancellationToken: _leave.Token), AskAsync("hangs", cancellationToken: _leave.Token)]);
        RequireVariety();
    }

    /// <summary>Cancels the calls that still run, and makes a few more wait for a permit:
    /// a rate needs an increase between two scrapes.</summary>
    public async Task LeaveAsync()
    {
        await _leave.CancelAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AskAsync(Narrow)));
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        _leave.Dispose();
    }

    /// <summary>A load that no longer produces every kind of number would compare zeros.</summary>
    private void RequireVariety()
    {
        var all = Router.GetMetrics().Values.ToList();
        Dictionary<string, bool> seen = new()
        {
            ["each health"] = Enum.GetValues<ProviderHealth>().All(health => all.Exists(m => m.Health == health)),
            ["each outcome"] = all.Exists(m => m.SuccessfulRequests > 0) && all.Exists(m => m.FailedRequests > 0)
                && all.Exists(m => m.CancelledRequests > 0) && all.Exists(m => m.AbandonedRequests > 0),
            ["a cost and an unknown one"] = all.Exists(m => m.TotalCost > 0) && all.Exists(m => m.UnpricedRequests > 0),
            ["a cost of a failed attempt"] = all.Exists(m => m is { TotalCost: > 0, SuccessfulRequests: 0, FailedRequests: > 0 }),
            ["each kind of error"] = Ledger.Expected("errors by kind").Count >= Kinds.Length,
            ["failovers"] = Ledger.Expected("failovers")[""] > 0,
            ["retries"] = Ledger.Expected("retries")[""] > 0,
            ["waits for a permit"] = Ledger.Expected("waits for a permit").Count > 0,
            ["ejections and exclusions"] = all.Exists(m => m.Ejections > 0)
                && all.Exists(m => m.Exclusion == ExclusionReason.Authentication),
            ["attempts in flight"] = all.Exists(m => m.InFlight == 2),
            ["a provider without attempts"] = all.Exists(m => m.TotalRequests == 0),
        };
        var missing = seen.Where(s => !s.Value).Select(s => s.Key).ToList();
        if (missing.Count > 0)
            throw new CheckFailedException($"The load no longer gives: {string.Join(", ", missing)}.");
    }

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    // Of a kind that is not asked again.
    private static MockOutcome Fail() => MockOutcome.Failure(LlmErrorKind.MalformedResponse);

    private static MockProvider Mock(string name, string vendor, string model, MockOptions options) =>
        new(name, model, options with { Info = info => info with { Vendor = vendor } });

    private static string Prompt(string name) => $"Tell me something about {name}, in a few words.";

    private async Task AskAsync(string name, TimeSpan? cancelAfter = null, CancellationToken cancellationToken = default)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (cancelAfter is { } limit)
            cancel.CancelAfter(limit);
        await CountAsync(async () =>
        {
            await Router.RouteAsync(Prompt(name), new ChatOptions { ModelId = name }, cancel.Token);
            return "success";
        });
    }

    private async Task StreamAsync(string name, int leaveAfter = int.MaxValue, int cancelAfter = int.MaxValue)
    {
        using var cancel = new CancellationTokenSource();
        await CountAsync(async () =>
        {
            var seen = 0;
            await foreach (var update in Router.RouteStreamAsync(Prompt(name), new ChatOptions { ModelId = name }, cancel.Token))
            {
                if (++seen == leaveAfter)
                    return "abandoned";
                if (seen == cancelAfter)
                    await cancel.CancelAsync();
            }

            return "success";
        });
    }

    private async Task CountAsync(Func<Task<string>> call)
    {
        string outcome;
        try
        {
            outcome = await call();
        }
        catch (LlmException)
        {
            outcome = "failure";
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
        }

        Ledger.Add(outcome);
    }
}
