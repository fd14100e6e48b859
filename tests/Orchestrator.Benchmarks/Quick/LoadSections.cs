using System.Diagnostics;
using Prometheus;

namespace Orchestrator.Benchmarks;

/// <summary>What more load does: a second thread, a million calls, a scrape during calls.</summary>
internal static class LoadSections
{
    private static readonly LlmRequest Request = new("hello");

    public static async Task ThreadsAsync()
    {
        Table.Head("Two threads", "subject", "one thread: best, millions a second", "two threads: best", "two ÷ one (bar ≥ 1.3)");
        var provider = InstantProvider.Whole("direct");
        await RowAsync("provider itself: what the machine gives", () => Calls.DrainAsync(provider, Request));
        foreach (var strategy in Enum.GetValues<RoutingStrategy>())
        {
            var router = Routers.Whole(3, strategy);
            await RowAsync($"router, 3 providers, {strategy}", () => router.RouteAsync(Request));
        }

        static async Task RowAsync(string name, Func<Task> call)
        {
            await Subject.Of(name, call).Run(50_000);
            // The best of many short rounds: one in which no other process wanted a core.
            var (one, two) = (0d, 0d);
            for (var i = 0; i < 300; i++)
            {
                one = Math.Max(one, Rate(call, 1));
                two = Math.Max(two, Rate(call, 2));
            }

            Table.Row(name, Table.Number(one / 1e6, 2), Table.Number(two / 1e6, 2), Table.Number(two / one, 2) + "×");
        }
    }

    public static async Task MemoryAsync()
    {
        Table.Head("Live memory", "what", "value", "bar");
        Table.Bar("growth by a million calls after the first hundred thousand", await GrowthPerMillionAsync() / 1024.0, "≤ 256 KB", " KB");
    }

    /// <summary>Live bytes a million calls leave behind, after a hundred thousand that may set things up.</summary>
    public static async Task<long> GrowthPerMillionAsync()
    {
        await using var router = Routers.Whole(3);
        var calls = Subject.Of("router", () => router.RouteAsync(Request));
        await calls.Run(100_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await calls.Run(1_000_000);
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    public static async Task TailAsync()
    {
        var registry = Metrics.NewCustomRegistry();
        await using var router = Routers.Of(RoutingStrategy.BestAvailable, 24, InstantProvider.Whole, registry);
        await using var endpoints = await Endpoints.StartAsync(registry);
        await Subject.Of("router", () => router.RouteAsync(Request)).Run(50_000);
        var (quiet, scraped) = (new List<double>(), new List<double>());
        for (var i = 0; i < 7; i++)
        {
            quiet.Add(await P99Async(router, null));
            scraped.Add(await P99Async(router, endpoints.Ours));
        }

        var (q, s) = (Cost.Middle([.. quiet]), Cost.Middle([.. scraped]));
        Table.Head("Calls while a page of 1,000 series is scraped ten times a second", "what", "value", "bar");
        Table.Row("p99 of a call, no scrapes", $"{Table.Number(q)} ns", "");
        Table.Row("p99 of a call while scraped", $"{Table.Number(s)} ns", "");
        Table.Bar("more", (s / q - 1) * 100, "≤ 10 %", " %");
    }

    private static async Task<double> P99Async(Router router, ScrapeClient? client)
    {
        using var stop = new CancellationTokenSource();
        var scraping = client is null ? Task.CompletedTask : Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    client.Scrape();
                    stop.Token.WaitHandle.WaitOne(100);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var times = new double[400_000];
        for (var i = 0; i < times.Length; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await router.RouteAsync(Request);
            times[i] = (Stopwatch.GetTimestamp() - started) * 1e9 / Stopwatch.Frequency;
        }

        await stop.CancelAsync();
        await scraping;
        Array.Sort(times);
        return times[times.Length * 99 / 100];
    }

    private static double Rate(Func<Task> call, int threads)
    {
        // A millisecond or two: longer than it takes to wake a thread, shorter than a time slice.
        const int Times = 3_000;
        using var start = new Barrier(threads);
        var (started, ended) = (new long[threads], new long[threads]);
        var workers = Enumerable.Range(0, threads).Select(n => new Thread(() =>
        {
            start.SignalAndWait();
            started[n] = Stopwatch.GetTimestamp();
            // Everything here completes at once: nothing blocks.
            for (var i = 0; i < Times; i++)
                call().GetAwaiter().GetResult();
            ended[n] = Stopwatch.GetTimestamp();
        })).ToArray();
        Array.ForEach(workers, w => w.Start());
        Array.ForEach(workers, w => w.Join());
        return threads * Times / Stopwatch.GetElapsedTime(started.Min(), ended.Max()).TotalSeconds;
    }
}
