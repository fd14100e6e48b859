using Microsoft.Extensions.AI;

namespace Orchestrator.Lab;

/// <summary>What only the server can tell: its own count of tokens, slots that come free, prompts it has no room for.</summary>
internal sealed class ServerSide(LabOptions options, string model, ServerView view, Findings findings)
{
    private const string Counters = "the server's own counters";
    private const string Slots = "slots free after leaving";
    private const string Overflow = "context overflow";
    private const int Rounds = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Whole answers only, of which the server and the ledger must count the same tokens.
    /// No other client may ask it meanwhile.</summary>
    public async Task CompareCountersAsync()
    {
        const string Predicted = "llamacpp:tokens_predicted_total";
        if (await view.CounterAsync(Predicted) is not { } before)
        {
            findings.Note(Counters, "not compared, the server does not show them at /metrics");
            return;
        }

        var ledger = new Ledger();
        await using var router = Setup.Router(ledger, Setup.Provider(options.Url!, model));
        for (var i = 0; i < Rounds; i++)
            await Answer.AskAsync(router, new LlmRequest(Prompts.Single(i)), i % 2 == 0);
        var counted = ledger.Attempts.Sum(a => a.Usage.CompletionTokens);
        findings.Equal(Counters, "completion tokens", counted, await view.CounterAsync(Predicted) - before);
        findings.Note(Counters, $"{counted} tokens of {Rounds} answers");
    }

    public async Task CompareSlotsAsync()
    {
        if (await view.SlotsAsync() is null)
        {
            findings.Note(Slots, "not compared, the server does not show them at /slots");
            return;
        }

        var ledger = new Ledger();
        using var client = Setup.EndlessClient();
        await using var router = Setup.Router(ledger, Setup.Provider(options.Url!, model, client));
        await MeasureAsync("abandoned", () => LeaveStreamAsync(router, cancels: false));
        await MeasureAsync("cancelled stream", () => LeaveStreamAsync(router, cancels: true));
        await MeasureAsync("cancelled whole", () => CancelWholeAsync(router));
        findings.Equal(Slots, "abandoned", Rounds, ledger.Attempts.Count(a => a.Outcome == AttemptOutcome.Abandoned));
        findings.Equal(Slots, "cancelled", 2 * Rounds, ledger.Attempts.Count(a => a.Outcome == AttemptOutcome.Cancelled));
    }

    public async Task CompareOverflowAsync()
    {
        if (await view.SlotsAsync() is not { Context: var context })
        {
            findings.Note(Overflow, "not compared, the server does not show its context at /slots");
            return;
        }

        var ledger = new Ledger();
        await using var router = Setup.Router(ledger, Setup.Provider(options.Url!, model));
        var request = new LlmRequest(string.Join(' ', Enumerable.Range(0, context).Select(i => $"{i}")));
        foreach (var isStreamed in new[] { false, true })
        {
            var kind = await KindOfAsync(() => Answer.AskAsync(router, request, isStreamed));
            findings.Equal(Overflow, isStreamed ? "streamed" : "buffered", LlmErrorKind.ContextLengthExceeded, kind);
        }

        findings.Check(Overflow, ledger.Attempts.All(a => a.Usage == default), "A refused prompt was counted.");
        var error = ledger.Attempts.First().Error;
        findings.Note(Overflow, $"HTTP {error?.StatusCode}, code {error?.ProviderCode}, room for {context} tokens");
        findings.Equal(Overflow, "health", ProviderHealth.Healthy, router.GetMetrics()["real"].Health);
    }

    public static async Task<LlmErrorKind?> KindOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (LlmException error)
        {
            return error.Kind;
        }
    }

    /// <summary>The time from leaving an answer that does not end by itself until no slot works any more.</summary>
    private async Task MeasureAsync(string what, Func<Task> leave)
    {
        var times = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            await leave();
            var free = await view.UntilBusyAsync(busy => busy == 0, Limit);
            findings.Check(Slots, free is not null, $"{what}: a slot still works {Limit.TotalSeconds:0} s later.");
            times.Add(free ?? Limit);
        }

        times.Sort();
        findings.Note(Slots, $"{what} {times[0].TotalMilliseconds:F0}–{times[^1].TotalMilliseconds:F0} ms");
    }

    private async Task LeaveStreamAsync(Router router, bool cancels)
    {
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        try
        {
            await foreach (var update in router.RouteStreamAsync("Never stop.", cancellationToken: cancel.Token))
            {
                if (++seen < 5)
                    continue;
                await RequireBusyAsync();
                if (!cancels)
                    return;
                await cancel.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (cancels)
        {
        }
    }

    private async Task CancelWholeAsync(Router router)
    {
        using var cancel = new CancellationTokenSource();
        var call = router.RouteAsync("Never stop.", cancellationToken: cancel.Token);
        await RequireBusyAsync();
        await cancel.CancelAsync();
        try
        {
            await call;
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Else it would be no wonder that it is free afterwards.</summary>
    private async Task RequireBusyAsync() =>
        findings.Check(Slots, await view.UntilBusyAsync(busy => busy > 0, Limit) is not null, "No slot works while an answer comes.");
}
