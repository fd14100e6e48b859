using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using static Orchestrator.Tests.Metrics.MetricServerProbe;

namespace Orchestrator.Tests.Metrics;

/// <summary>More connections than are allowed at once: those that send a request are answered.</summary>
public sealed class MetricServerFloodTests
{
    [Fact]
    public async Task When_full_the_connection_longest_without_a_request_gives_way()
    {
        await using var server = await StartAsync();
        var silent = new List<RawConnection>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                silent.Add(await RawConnection.OpenAsync(server.Port));
                await silent[^1].SendAsync("GET /met");
            }

            (await GetAsync(server)).Status.Should().Be(200);
            (await silent[0].IsClosedAsync()).Should().BeTrue();
            (await silent[1].IsClosedAsync()).Should().BeTrue();
            var open = 0;
            foreach (var connection in silent)
                open += connection.Socket.Poll(0, SelectMode.SelectRead) ? 0 : 1;
            open.Should().BeLessThanOrEqualTo(64);
        }
        finally
        {
            silent.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task When_full_of_slow_readers_a_scrape_is_answered()
    {
        await using var server = await StartAsync(NewRegistry(series: 100_000));
        var slow = new List<RawConnection>();
        try
        {
            for (var i = 0; i < 70; i++)
            {
                slow.Add(await RawConnection.OpenAsync(server.Port));
                slow[^1].Socket.ReceiveBufferSize = 4096;
                await slow[^1].SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }

            (await GetAsync(server, headers: "Accept-Encoding: gzip\r\n")).Status.Should().Be(200);
        }
        finally
        {
            slow.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task Resets_leave_nothing_behind()
    {
        var logger = new FakeLogger();
        await using var server = await StartAsync(logger: logger);
        for (var i = 0; i < 500; i++)
        {
            using var connection = await RawConnection.OpenAsync(server.Port);
            if (i % 2 == 0)
                await connection.SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
            connection.Socket.LingerState = new LingerOption(true, 0);
        }

        (await GetAsync(server)).Status.Should().Be(200);
        logger.Collector.GetSnapshot().Should().NotContain(r => r.Level >= LogLevel.Error);
    }
}
