using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Providers;

namespace Orchestrator.Lab;

/// <summary>The real server first, a mock behind it: the server is killed and started again while calls run, and no caller may notice.</summary>
internal sealed class Failover(LabOptions options, string model, ServerProcess process, Findings findings)
{
    private const string Section = "two providers, server killed";
    private const string StandIn = "The stand-in answers.";
    private const int Calls = 200;
    private const int Workers = 4;

    private static readonly TimeSpan BackLimit = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<string, int> _answeredBy = new(StringComparer.Ordinal);
    private readonly Ledger _ledger = new();

    public async Task RunAsync()
    {
        var routerOptions = new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, MidStream = MidStreamMode.Restart };
        routerOptions.Observers.Add(_ledger);
        await using var router = new Router(routerOptions)
            .AddProvider(Setup.Provider(options.Url!, model), Setup.Priced)
            .AddProvider(new MockProvider("mock", options: new() { Reply = StandIn, Delay = TimeSpan.FromMilliseconds(5), ReportUsage = true }), Setup.Priced);

        var next = -1;
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number < Calls)
            {
                await OneAsync(router, number);
                await Task.Delay(20);
            }
        })).ToList();
        foreach (var moment in new[] { Calls / 4, Calls * 5 / 8 })
        {
            while (Volatile.Read(ref next) < moment)
                await Task.Delay(1);
            process.Kill();
            process.Start();
        }

        await Task.WhenAll(workers);
        var attempts = _ledger.Attempts;
        findings.Equal(Section, "calls answered", Calls, _answeredBy.Values.Sum());
        findings.Check(Section, _answeredBy.ContainsKey("mock") && attempts.Any(a => a.Error is not null), "The server died unnoticed: nothing was tested.");
        findings.Note(Section, $"{Calls} calls: {_answeredBy.GetValueOrDefault("real")} by the server, {_answeredBy.GetValueOrDefault("mock")} by the mock, "
            + $"{attempts.Count(a => a.Error is not null)} failed attempts ({string.Join(", ", attempts.Where(a => a.Error is not null).GroupBy(a => a.Error!.Kind).Select(g => $"{g.Count()} {g.Key}"))}), "
            + $"{attempts.Count(a => a.Role == AttemptRole.Restart)} streams started over");
        await ComeBackAsync(router);
    }

    private async Task OneAsync(Router router, int number)
    {
        try
        {
            var answer = await Answer.AskAsync(router, new LlmRequest(Prompts.Single(number)), number % 2 == 0);
            var by = answer.Route.Provider.Name;
            findings.Check(Section, IsWhole(by, answer.Text), $"call {number}: {answer.Text.Length} characters that are not the whole answer of '{by}'.");
            _answeredBy.AddOrUpdate(by, 1, (_, n) => n + 1);
        }
        catch (LlmException error)
        {
            findings.Check(Section, false, $"call {number} is lost: {error.Kind}: {error.Message}");
        }
    }

    private bool IsWhole(string by, string text) => by == "mock" ? text == StandIn : options.Expected is null ? text.Length > 0 : text == options.Expected;

    /// <summary>A provider that is there again must get calls again.</summary>
    private async Task ComeBackAsync(Router router)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < BackLimit)
        {
            var answer = await router.RouteAsync("Who is there?");
            if (answer.Provider.Name == "real")
            {
                findings.Note(Section, $"the server answers again {clock.Elapsed.TotalSeconds:F1} s after the last call");
                return;
            }

            await Task.Delay(100);
        }

        findings.Check(Section, false, $"The server gets no calls {BackLimit.TotalSeconds:0} s after it was started again.");
    }
}
