using System.Diagnostics;
using System.Text;

namespace Orchestrator.Lab;

/// <summary>A server that is killed while it answers, and one that is not ready yet.</summary>
internal sealed class Deaths(LabOptions options, string model, ServerProcess process, Findings findings)
{
    private const string Killed = "killed mid-stream";
    private const string Loading = "while it loads";
    private const int Streams = 4;

    private static readonly TimeSpan LoadLimit = TimeSpan.FromMinutes(2);

    /// <summary>Kills the server while several endless answers come: each must end as interrupted, with the text so far.</summary>
    public async Task KillMidStreamAsync()
    {
        var ledger = new Ledger();
        using var client = Setup.EndlessClient();
        await using var router = Setup.Router(ledger, Setup.Provider(options.Url!, model, client));
        using var running = new CountdownEvent(Streams);
        var streams = Enumerable.Range(0, Streams).Select(_ => Task.Run(() => ReadUntilInterruptedAsync(router, running))).ToList();
        if (!await Task.Run(() => running.Wait(TimeSpan.FromSeconds(20))))
            findings.Check(Killed, false, "The streams do not start.");
        process.Kill();
        await Task.WhenAll(streams);
        findings.Check(Killed, ledger.Attempts.All(a => a is { Outcome: AttemptOutcome.Failed, Usage.CompletionTokens: > 0 }),
            "A cut answer was not counted as a failure with tokens.");
        findings.Note(Killed, $"{Streams} streams");
    }

    /// <summary>Starts the server and asks without a pause until it answers: until then it must be unavailable, and nothing else.</summary>
    public async Task AskWhileLoadingAsync()
    {
        var ledger = new Ledger();
        await using var router = Setup.Router(ledger, Setup.Provider(options.Url!, model));
        var clock = Stopwatch.StartNew();
        process.Start();
        while (true)
        {
            process.RequireRunning();
            try
            {
                await router.RouteAsync("Are you there?");
                break;
            }
            catch (LlmException error) when (clock.Elapsed < LoadLimit)
            {
                findings.Equal(Loading, $"a call while the server loads (HTTP {error.StatusCode})", LlmErrorKind.Unavailable, error.Kind);
            }

            await Task.Delay(1);
        }

        var refused = ledger.Attempts.Count(a => a.Error is { StatusCode: null });
        var loading = ledger.Attempts.Count(a => a.Error is { StatusCode: 503 });
        findings.Note(Loading, $"ready after {clock.Elapsed.TotalSeconds:F1} s: {refused} times not reached, {loading} times 503");
    }

    private async Task ReadUntilInterruptedAsync(Router router, CountdownEvent running)
    {
        var text = new StringBuilder();
        var seen = 0;
        try
        {
            await foreach (var update in router.RouteStreamAsync("Never stop."))
            {
                text.Append(update.Text);
                if (++seen == 5)
                    running.Signal();
            }

            findings.Check(Killed, false, "A stream of a killed server ended as if it were whole.");
        }
        catch (LlmException error)
        {
            findings.Equal(Killed, "kind", LlmErrorKind.StreamInterrupted, error.Kind);
            findings.Check(Killed, error.PartialText == text.ToString(),
                $"{error.PartialText?.Length} characters of partial text, {text.Length} were handed out.");
            findings.Check(Killed, options.Expected is null || Begins(options.Expected, text.ToString()),
                "The partial text does not begin as expected.");
        }
    }

    /// <summary>An endless answer goes on behind the expected text.</summary>
    private static bool Begins(string expected, string text) =>
        text.Length > 0 && text.AsSpan(0, Math.Min(text.Length, expected.Length))
            .SequenceEqual(expected.AsSpan(0, Math.Min(text.Length, expected.Length)));
}
