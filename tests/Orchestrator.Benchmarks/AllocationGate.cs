namespace Orchestrator.Benchmarks;

/// <summary>The bytes that must not grow: exact, so that a build may fail on them. No times.</summary>
internal static class AllocationGate
{
    private const int Calls = 20_000;
    private static readonly LlmRequest Request = new("hello");

    /// <returns>0 when everything is within its bar, 1 otherwise.</returns>
    public static async Task<int> RunAsync()
    {
        var provider = InstantProvider.Whole("direct");
        await using var router = Routers.Whole(3);
        await using var shorter = Routers.Streaming(3, 200);
        await using var longer = Routers.Streaming(3, 400);
        var direct = await BytesAsync(() => Benchmarks.Calls.DrainAsync(provider, Request));
        var routed = await BytesAsync(() => router.RouteAsync(Request));
        var streamed = await BytesAsync(() => Benchmarks.Calls.DrainAsync(shorter.RouteStreamAsync(Request)), Calls / 20);
        var streamedLonger = await BytesAsync(() => Benchmarks.Calls.DrainAsync(longer.RouteStreamAsync(Request)), Calls / 20);
        var growth = await LoadSections.GrowthPerMillionAsync();

        Table.Head("Allocation gate", "what", "value", "bar", "");
        var within = Check("buffered call, 3 providers, best-available: bytes over the provider itself", routed - direct, 1_536);
        within &= Check("streamed call: bytes per further update", (streamedLonger - streamed) / 200, 0.99);
        within &= Check("live memory after a million calls more: KB", growth / 1024.0, 256);
        return within ? 0 : 1;
    }

    private static bool Check(string what, double value, double bar)
    {
        var within = value <= bar;
        Table.Row(what, Table.Number(value, 2), "≤ " + Table.Number(bar, bar < 1 ? 2 : 0), within ? "ok" : "**OVER**");
        return within;
    }

    /// <summary>Bytes of one call. Instant answers complete at once, so that all of a call happens on this thread.</summary>
    private static async Task<double> BytesAsync(Func<Task> call, int times = Calls)
    {
        var subject = Subject.Of("", call);
        // Unoptimised code allocates more: the optimiser needs calls, and time in the background.
        for (var i = 0; i < 5; i++)
        {
            await subject.Run(times);
            await Task.Delay(100);
        }

        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var thread = Environment.CurrentManagedThreadId;
            var before = GC.GetAllocatedBytesForCurrentThread();
            await subject.Run(times);
            if (thread == Environment.CurrentManagedThreadId)
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least / (double)times;
    }
}
