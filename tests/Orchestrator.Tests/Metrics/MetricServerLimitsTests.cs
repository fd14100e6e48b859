using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using static Orchestrator.Tests.Metrics.MetricServerProbe;

namespace Orchestrator.Tests.Metrics;

/// <summary>Time, memory and connections are bounded, and what is over the bound never costs another client its answer.</summary>
public sealed class MetricServerLimitsTests
{
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_head_that_is_not_complete_after_5_s_ends_the_connection()
    {
        var time = new FakeTimeProvider();
        await using var server = await StartAsync(time: time);
        using var connection = await RawConnection.OpenAsync(server.Port);
        await connection.SendAsync("GET /metrics HT");
        (await GetAsync(server)).Status.Should().Be(200); // The loop has seen what came before.
        time.Advance(FiveSeconds - TimeSpan.FromMilliseconds(1));
        (await GetAsync(server)).Status.Should().Be(200);
        connection.Socket.Poll(0, SelectMode.SelectRead).Should().BeFalse("it has a millisecond left");
        time.Advance(TimeSpan.FromMilliseconds(1));
        (await connection.ReadAsync()).Status.Should().Be(408);
        (await connection.IsClosedAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_connection_that_says_nothing_is_closed()
    {
        var time = new FakeTimeProvider();
        await using var server = await StartAsync(time: time);
        using var connection = await RawConnection.OpenAsync(server.Port);
        // The kernel may keep it for a second before the server hears of it.
        await UntilAsync(() => connection.Socket.Poll(0, SelectMode.SelectRead), each: () => time.Advance(FiveSeconds));
        (await connection.IsClosedAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task Dripping_bytes_do_not_move_the_deadline()
    {
        var time = new FakeTimeProvider();
        await using var server = await StartAsync(time: time);
        using var connection = await RawConnection.OpenAsync(server.Port);
        foreach (var c in "GET /")
        {
            await connection.SendAsync(c.ToString());
            (await GetAsync(server)).Status.Should().Be(200);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        (await connection.ReadAsync()).Status.Should().Be(408);
    }

    [Fact]
    public async Task A_connection_without_requests_is_kept_for_75_s()
    {
        var time = new FakeTimeProvider();
        await using var server = await StartAsync(time: time);
        using var connection = await RawConnection.OpenAsync(server.Port);
        (await connection.GetAsync()).Status.Should().Be(200);
        time.Advance(TimeSpan.FromSeconds(74));
        (await connection.GetAsync()).Status.Should().Be(200);
        time.Advance(TimeSpan.FromSeconds(75));
        (await connection.IsClosedAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_slow_reader_is_cut_after_5_s_and_does_not_hold_others_up()
    {
        var time = new FakeTimeProvider();
        await using var server = await StartAsync(NewRegistry(series: 200_000), time: time);
        using var slow = await RawConnection.OpenAsync(server.Port);
        slow.Socket.ReceiveBufferSize = 4096;
        await slow.SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await UntilAsync(() => slow.Socket.Poll(0, SelectMode.SelectRead));
        (await GetAsync(server, "/other")).Status.Should().Be(404);
        time.Advance(FiveSeconds);
        var act = () => slow.ReadAsync();
        (await act.Should().ThrowAsync<Exception>()).Which.Should().Match(e => e is IOException || e is SocketException);
        (await GetAsync(server, "/other")).Status.Should().Be(404);
    }

    [Fact]
    public async Task A_scrape_that_hangs_is_answered_with_503_and_the_next_is_fine()
    {
        var time = new FakeTimeProvider();
        var logger = new FakeLogger();
        var registry = NewRegistry();
        var hanging = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        registry.AddBeforeCollectCallback(_ =>
        {
            entered.TrySetResult();
            return hanging.Task;
        });
        await using var server = await StartAsync(registry, time: time, logger: logger);
        using var connection = await RawConnection.OpenAsync(server.Port);
        var scrape = connection.GetAsync();
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        (await GetAsync(server, "/other")).Status.Should().Be(404);
        time.Advance(FiveSeconds);
        (await scrape).Status.Should().Be(503);
        logger.Collector.GetSnapshot().Should().Contain(r => r.Id.Id == 204);
        hanging.SetResult();
        (await GetAsync(server)).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_collection_that_blocks_its_thread_holds_up_neither_connections_nor_the_stop()
    {
        var registry = NewRegistry();
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        registry.AddBeforeCollectCallback(() =>
        {
            entered.TrySetResult();
            gate.Wait();
        });
        var server = await StartAsync(registry);
        using var connection = await RawConnection.OpenAsync(server.Port);
        await connection.SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        (await GetAsync(server, "/other")).Status.Should().Be(404);
        var start = TimeProvider.System.GetTimestamp();
        await server.StopAsync();
        TimeProvider.System.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(3), "about one, on a machine that is not busy");
        (await connection.IsClosedAsync()).Should().BeTrue();
        gate.Set();
    }

    [Fact]
    public async Task A_scrape_that_runs_when_the_server_stops_is_answered()
    {
        var registry = NewRegistry();
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        registry.AddBeforeCollectCallback(_ =>
        {
            entered.TrySetResult();
            return gate.Task;
        });
        var server = await StartAsync(registry);
        using var connection = await RawConnection.OpenAsync(server.Port);
        var scrape = connection.GetAsync();
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var stopping = server.StopAsync();
        while (!await IsRefusedAsync(server.Port))
            await Task.Yield();
        gate.SetResult();
        (await scrape).Headers["Connection"].Should().Be("close");
        await stopping;
    }

    [Fact]
    public async Task Waiting_for_the_stop_can_be_cancelled_and_the_server_stops_all_the_same()
    {
        var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        await connection.GetAsync();
        try
        {
            await server.StopAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // Unless it was quicker.
        }

        (await connection.IsClosedAsync()).Should().BeTrue();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Scrapes_that_wait_together_share_an_export_begun_after_they_came()
    {
        var registry = NewRegistry();
        var counter = Prometheus.Metrics.WithCustomRegistry(registry).CreateCounter("exports_total", "Exports.");
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        registry.AddBeforeCollectCallback(_ =>
        {
            counter.Inc();
            entered.TrySetResult();
            return gate.Task;
        });
        await using var server = await StartAsync(registry);
        var first = GetAsync(server);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var connections = new List<RawConnection>();
        for (var i = 0; i < 20; i++)
        {
            var connection = await RawConnection.OpenAsync(server.Port);
            await connection.SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
            connections.Add(connection);
        }

        (await GetAsync(server, "/other")).Status.Should().Be(404); // Accepted after the twenty.
        gate.SetResult();
        (await first).Text.Should().Contain("exports_total 1\n");
        foreach (var connection in connections)
        {
            (await connection.ReadAsync()).Text.Should().Contain("exports_total 2\n");
            connection.Dispose();
        }
    }

    [Fact]
    public async Task Trouble_is_logged_once_in_a_while_and_a_logger_that_throws_does_no_harm()
    {
        var time = new FakeTimeProvider();
        var logger = new FakeLogger();
        await using var server = await StartAsync(time: time, logger: logger);
        for (var i = 0; i < 50; i++)
            await AskForeignAsync(server);
        logger.Collector.GetSnapshot().Count(r => r.Id.Id == 207).Should().Be(1);
        time.Advance(TimeSpan.FromSeconds(10));
        await AskForeignAsync(server);
        logger.Collector.GetSnapshot().Where(r => r.Id.Id == 207).Should().HaveCount(2).And.Contain(r => r.Message.Contains("49"));

        await using var other = await StartAsync(logger: new ThrowingLogger());
        await AskForeignAsync(other);
        (await GetAsync(other)).Status.Should().Be(200);
    }

    private static async Task AskForeignAsync(MetricServer server)
    {
        using var connection = await RawConnection.OpenAsync(server.Port);
        (await connection.AskAsync("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")).Status.Should().Be(403);
    }

    private static async Task<bool> IsRefusedAsync(int port)
    {
        try
        {
            using var connection = await RawConnection.OpenAsync(port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => throw new InvalidOperationException("disk full");
    }
}
