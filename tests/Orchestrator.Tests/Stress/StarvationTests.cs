using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>The application blocks every thread of its pool; by the system's clock, for it is the system's timers that suffer.</summary>
[Collection(StressCollection.Name)]
public sealed class StarvationTests
{
    private const int Blocked = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Theory]
    [BothModes]
    public async Task With_64_blocked_threads_the_metrics_are_served_and_limits_are_a_second_late_at_most(bool streamed)
    {
        await using var router =
            InOrder(new() { Timeouts = new() { Attempt = Limit } }, FakeProvider.Silent("silent"), FakeProvider.Answering("well", "ok"));
        var server = await router.StartMetricsServerAsync(0);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        // Everything is loaded and connected before.
        (await client.GetStringAsync(server.Url)).Should().NotBeEmpty();
        ThreadPool.GetMinThreads(out var workers, out var ports);
        using var release = new ManualResetEventSlim();
        using var reached = new CountdownEvent(Blocked);
        // Rooms for all of them at once, and none beyond.
        ThreadPool.SetMinThreads(Math.Max(workers, Blocked), ports);
        try
        {
            for (var i = 0; i < Blocked; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_ =>
                {
                    reached.Signal();
                    release.Wait();
                }, null);
            }

            reached.Wait(TimeSpan.FromSeconds(60)).Should().BeTrue("the pool has to be full first");
            ThreadPool.SetMinThreads(workers, ports);
            var (text, took, page, scrape) = await Task.Factory.StartNew(() => Measure(router, client, server.Url, streamed),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

            text.Should().Be("ok");
            took.Should().BeGreaterThan(Limit - TimeSpan.FromMilliseconds(50)).And.BeLessThan(Limit + TimeSpan.FromSeconds(1));
            page.Should().Contain("llm_requests_total");
            scrape.Should().BeLessThan(TimeSpan.FromSeconds(1));
        }
        finally
        {
            ThreadPool.SetMinThreads(workers, ports);
            release.Set();
        }
    }

    /// <summary>On a thread of its own, as an application's main thread is. The scrape does without the pool altogether.</summary>
    private static (string Text, TimeSpan Took, string Page, TimeSpan Scrape) Measure(
        Router router, HttpClient client, Uri url, bool streamed)
    {
        var begun = TimeProvider.System.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = client.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        var page = reader.ReadToEnd();
        var scrape = TimeProvider.System.GetElapsedTime(begun);
        begun = TimeProvider.System.GetTimestamp();
        var asking = router.AskAsync(streamed);
        ((IAsyncResult)asking).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30));
        return (asking.IsCompletedSuccessfully ? asking.GetAwaiter().GetResult() : $"{asking.Status}",
            TimeProvider.System.GetElapsedTime(begun), page, scrape);
    }
}
