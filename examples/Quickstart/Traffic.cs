using Orchestrator;

namespace Quickstart;

/// <summary>What an application would do: ask, from several places at once.</summary>
internal static class Traffic
{
    private static readonly string[] Prompts =
    [
        "Summarise this ticket in one sentence.",
        "Translate the release notes into Russian.",
        "Which of these three invoices is overdue?",
        "Write a polite answer to the customer.",
    ];

    private static int _asked = -1;

    public static Task RunAsync(Router router, TimeSpan time, Action<RouteResult> onAnswer, CancellationToken stop)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);
        return Task.WhenAll(Enumerable.Range(0, 3).Select(_ => CallerAsync()));

        async Task CallerAsync()
        {
            // The token is asked between calls only: a call that has begun may end, so that the totals hold whole calls.
            while (TimeProvider.System.GetTimestamp() < end && !stop.IsCancellationRequested)
                onAnswer(await AskAsync(router));
        }
    }

    /// <summary>Every fourth call is streamed; the router treats both alike.</summary>
    public static async Task<RouteResult> AskAsync(Router router)
    {
        var number = Interlocked.Increment(ref _asked);
        var prompt = Prompts[number % Prompts.Length];
        if (number % 4 != 0)
            return await router.RouteAsync(prompt);
        RouteResult? route = null;
        await foreach (var update in router.RouteStreamAsync(prompt))
            route = update.GetRoute();
        return route!;
    }
}
