using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Providers;

namespace Orchestrator.Lab;

/// <summary>The real server first, a mock behind it: the server is killed and started again while calls run,
/// and no caller may notice.</summary>
internal sealed class Failover(LabOptions options, string model, ServerProcess process, Findings findings)
{
    private const string Section = "two providers, server killed";
    private const string StandIn = "The stand-in answers.";
    private const int Calls = 50;
    private const int Workers = 4;
    private const int Kills = 2;

    private static readonly TimeSpan BackLimit = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<string, int> _answeredBy = new(StringComparer.Ordinal);
    private readonly Ledger _ledger = new();
    private TaskCompletionSource? _text;
    private int _calls;
    private volatile bool _isOver;

    public async Task RunAsync()
    {
        var routerOptions = new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, MidStream = MidStreamMode.Restart };
        routerOptions.Observers.Add(_ledger);
        await using var router = new Router(routerOptions)
            .AddProvider(Setup.Provider(options.Url!, model), Setup.Priced)
            .AddProvider(new MockProvider(
                "mock", options: new() { Reply = StandIn, Delay = TimeSpan.FromMilliseconds(5), ReportUsage = true }), Setup.Priced);

        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            while (!_isOver)
            {
                await OneAsync(router, Interlocked.Increment(ref _calls));
                await Task.Delay(20);
            }
        })).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            await CallsAsync();
            await TextAsync();
            process.Kill();
            process.Start();
        }

        await CallsAsync();
        _isOver = true;
        await Task.WhenAll(workers);
        var attempts = _ledger.Attempts;
        findings.Equal(Section, "calls answered", _calls, _answeredBy.Values.Sum());
        findings.Check(Section, _answeredBy.ContainsKey("mock") && attempts.Any(a => a.Error is not null),
            "The server died unnoticed: nothing was tested.");
        findings.Check(
            Section, attempts.Any(a => a.Role == AttemptRole.Restart), "No stream was started over: the server died while none spoke.");
        var failed = attempts.Where(a => a.Error is not null).ToList();
        var kinds = string.Join(", ", failed.GroupBy(a => a.Error!.Kind).Select(g => $"{g.Count()} {g.Key}"));
        findings.Note(Section,
            $"{_calls} calls: {_answeredBy.GetValueOrDefault("real")} by the server, {_answeredBy.GetValueOrDefault("mock")} by the mock, "
            + $"{failed.Count} failed attempts ({kinds}), {attempts.Count(a => a.Role == AttemptRole.Restart)} streams started over");
        await ComeBackAsync(router);
    }

    private async Task CallsAsync()
    {
        for (var from = Volatile.Read(ref _calls); Volatile.Read(ref _calls) < from + Calls;)
            await Task.Delay(1);
    }

    /// <summary>Until a stream of the server has begun to speak; after a death that is when the server's cool-down is over.</summary>
    private async Task TextAsync()
    {
        var text = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _text, text);
        if (await Task.WhenAny(text.Task, Task.Delay(BackLimit)) != text.Task)
            findings.Check(Section, false, $"The server gets no calls {BackLimit.TotalSeconds:0} s after it was started again.");
    }

    private void OnText(string text)
    {
        if (text.Length > 0 && !StandIn.Contains(text, StringComparison.Ordinal))
            Volatile.Read(ref _text)?.TrySetResult();
    }

    private async Task OneAsync(Router router, int number)
    {
        try
        {
            var answer = await Answer.AskAsync(router, new LlmRequest(Prompts.Single(number)), number % 2 == 0, OnText);
            var by = answer.Route.Provider.Name;
            findings.Check(Section, IsWhole(by, answer.Text),
                $"call {number}: {answer.Text.Length} characters that are not the whole answer of '{by}'.");
            _answeredBy.AddOrUpdate(by, 1, (_, n) => n + 1);
        }
        catch (LlmException error)
        {
            findings.Check(Section, false, $"call {number} is lost: {error.Kind}: {error.Message}");
        }
    }

    private bool IsWhole(string by, string text) =>
        by == "mock" ? text == StandIn : options.Expected is null ? text.Length > 0 : text == options.Expected;

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
