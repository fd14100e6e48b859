using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Testing;
using Prometheus;
using static Orchestrator.Tests.Metrics.MetricServerProbe;

namespace Orchestrator.Tests.Metrics;

public sealed class MetricServerTests
{
    [Fact]
    public async Task Serves_the_registry_at_metrics()
    {
        await using var server = await StartAsync();
        var response = await GetAsync(server);
        response.Status.Should().Be(200);
        response.Headers["Content-Type"].Should().Be(ContentType);
        response.Headers["Content-Length"].Should().Be(response.Body.Length.ToString());
        response.Headers.Should().ContainKey("Date").And.NotContainKey("Transfer-Encoding");
        response.Text.Should().Contain("probe_value{number=\"2\"} 2\n");
    }

    [Fact]
    public async Task Values_are_current_at_each_scrape()
    {
        var registry = NewRegistry();
        var counter = Prometheus.Metrics.WithCustomRegistry(registry).CreateCounter("scrapes_total", "Scrapes.");
        registry.AddBeforeCollectCallback(() => counter.Inc());
        await using var server = await StartAsync(registry);
        using var connection = await RawConnection.OpenAsync(server.Port);
        for (var i = 1; i <= 20; i++)
            (await connection.GetAsync()).Text.Should().Contain($"scrapes_total {i}\n");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/metrics/")]
    [InlineData("/metricsfoo")]
    [InlineData("/METRICS")]
    [InlineData("//metrics")]
    [InlineData("/metrics/../metrics")]
    [InlineData("/metrics/../../etc/passwd")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/%6detrics")]
    [InlineData("/metrics;a=b")]
    [InlineData("/?/metrics")]
    public async Task Answers_404_for_other_paths(string path)
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        (await connection.GetAsync(path)).Status.Should().Be(404);
        (await connection.GetAsync()).Status.Should().Be(200, "the connection is kept");
    }

    [Theory]
    [InlineData("/metrics?")]
    [InlineData("/metrics?name[]=probe_value&x=/../..")]
    public async Task A_query_string_is_allowed(string path)
    {
        await using var server = await StartAsync();
        (await GetAsync(server, path)).Status.Should().Be(200);
    }

    [Theory]
    [InlineData("POST", "/metrics")]
    [InlineData("PUT", "/metrics")]
    [InlineData("DELETE", "/other")]
    [InlineData("PATCH", "/metrics")]
    [InlineData("TRACE", "/metrics")]
    [InlineData("OPTIONS", "*")]
    [InlineData("OPTIONS", "/metrics")]
    [InlineData("CONNECT", "localhost:443")]
    [InlineData("get", "/metrics")]
    [InlineData("BREW", "/")]
    public async Task Answers_405_for_other_methods(string method, string target)
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        var response = await connection.AskAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        response.Status.Should().Be(405);
        response.Headers["Allow"].Should().Be("GET, HEAD");
    }

    [Fact]
    public async Task HEAD_gives_the_head_of_GET_and_no_body()
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        var get = await connection.GetAsync();
        var head = await connection.AskAsync("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        head.Status.Should().Be(200);
        head.Headers["Content-Length"].Should().Be(get.Headers["Content-Length"]);
        head.Headers["Content-Type"].Should().Be(ContentType);
        (await connection.AskAsync("HEAD /no HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status.Should().Be(404);
        (await connection.GetAsync()).Text.Should().Be(get.Text, "no body was left over");
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("GZIP", true)]
    [InlineData("x-gzip", true)]
    [InlineData("deflate, gzip;q=1.0, *;q=0.5", true)]
    [InlineData("*", true)]
    [InlineData("gzip;q=0.5, identity;q=0.5", true)]
    [InlineData("gzip;q=0.001", true)]
    [InlineData("", false)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0.000", false)]
    [InlineData("gzip;q=0, *", false)]
    [InlineData("*;q=0", false)]
    [InlineData("identity", false)]
    [InlineData("identity;q=1, gzip;q=0.5", false)]
    [InlineData("br, deflate", false)]
    [InlineData("gzipped", false)]
    [InlineData("gzip;q=banana", false)]
    [InlineData("gzip;q=2", false)]
    [InlineData("gzip;q=", false)]
    [InlineData(",;,=,,", false)]
    public async Task Compresses_when_the_client_accepts_it(string accepted, bool compressed)
    {
        await using var server = await StartAsync(NewRegistry(series: 500));
        var response = await GetAsync(server, headers: $"Accept-Encoding: {accepted}\r\nAccept: application/nonsense;q=x\r\n");
        response.Status.Should().Be(200);
        response.Headers["Content-Type"].Should().Be(ContentType);
        response.Headers["Vary"].Should().Be("Accept-Encoding");
        response.Headers.ContainsKey("Content-Encoding").Should().Be(compressed);
        var text = response.Text;
        if (compressed)
        {
            response.Headers["Content-Encoding"].Should().Be("gzip");
            using var reader = new StreamReader(new GZipStream(new MemoryStream(response.Body), CompressionMode.Decompress));
            text = await reader.ReadToEndAsync();
            response.Body.Length.Should().BeLessThan(text.Length / 2);
        }

        text.Should().Contain("probe_value{number=\"499\"} 499\n");
    }

    [Fact]
    public async Task HTTP_1_0_is_answered_and_closed()
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        var response = await connection.AskAsync("GET /metrics HTTP/1.0\r\n\r\n");
        response.Status.Should().Be(200);
        response.Headers["Connection"].Should().Be("close");
        (await connection.IsClosedAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task Connection_close_is_honoured()
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        (await connection.GetAsync(headers: "Connection: keep-alive, Close\r\n")).Headers["Connection"].Should().Be("close");
        (await connection.IsClosedAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_client_that_has_ended_its_side_still_gets_its_answer()
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        await connection.SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.Socket.Shutdown(SocketShutdown.Send);
        (await connection.ReadAsync()).Status.Should().Be(200);
        (await connection.IsClosedAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_head_may_come_byte_by_byte()
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        foreach (var c in "\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n")
            await connection.SendAsync(c.ToString());
        (await connection.ReadAsync()).Status.Should().Be(200);
    }

    [Fact]
    public async Task Ten_thousand_pipelined_requests_are_answered_in_order()
    {
        const int count = 10_000;
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        var all = new StringBuilder();
        for (var i = 0; i < count; i++)
            all.Append(i % 2 == 0 ? "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" : "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var sending = connection.SendAsync(all.ToString());
        var other = GetAsync(server);
        for (var i = 0; i < count; i++)
            (await connection.ReadAsync()).Status.Should().Be(i % 2 == 0 ? 200 : 404);
        await sending;
        (await other).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_thousand_parallel_scrapes_are_all_answered()
    {
        await using var server = await StartAsync(NewRegistry(series: 200));
        using var client = new HttpClient();
        var url = $"http://127.0.0.1:{server.Port}/metrics";
        var scrapes = Enumerable.Range(0, 1000).Select(_ => client.GetStringAsync(url));
        foreach (var text in await Task.WhenAll(scrapes))
            text.Should().Contain("probe_value{number=\"199\"} 199\n");
    }

    [Fact]
    public async Task A_large_page_is_served_whole()
    {
        await using var server = await StartAsync(NewRegistry(series: 20_000));
        using var client = new HttpClient();
        var text = await client.GetStringAsync(server.Url);
        text.Split('\n').Should().HaveCount(20_003);
        (await client.GetStringAsync(server.Url)).Should().Be(text, "chunks that are used again hold nothing of the past");
    }

    [Fact]
    public async Task A_failing_collection_is_answered_with_500_and_the_next_is_fine()
    {
        var fails = true;
        var logger = new FakeLogger();
        await using var server = await MetricServer.StartCoreAsync(
            (stream, _) =>
            {
                stream.Write("half a page"u8);
                return fails ? throw new InvalidOperationException("no database") : Task.CompletedTask;
            },
            0,
            "localhost",
            TimeProvider.System,
            logger,
            CancellationToken.None);
        using var connection = await RawConnection.OpenAsync(server.Port);
        var response = await connection.GetAsync();
        response.Status.Should().Be(500);
        response.Text.Should().NotContain("database").And.NotContain("half");
        logger.Collector.GetSnapshot().Should().Contain(r => r.Id.Id == 203 && r.Exception!.Message == "no database");
        fails = false;
        (await GetAsync(server)).Text.Should().Be("half a page");
    }

    [Fact]
    public async Task A_collect_callback_that_throws_does_no_harm()
    {
        // prometheus-net keeps what callbacks throw to itself and exports what it has.
        var registry = NewRegistry();
        registry.AddBeforeCollectCallback(() => throw new InvalidOperationException("no database"));
        registry.AddBeforeCollectCallback(async _ =>
        {
            await Task.Yield();
            throw new ScrapeFailedException("no database");
        });
        await using var server = await StartAsync(registry);
        (await GetAsync(server)).Status.Should().BeOneOf(200, 500);
        (await GetAsync(server, "/other")).Status.Should().Be(404);
    }

    [Fact]
    public async Task Works_while_the_thread_pool_is_starved()
    {
        await using var server = await StartAsync();
        using var release = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, 64).Select(_ => Task.Run(() => release.Wait())).ToArray();
        string? answer = null;
        var client = new Thread(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
            socket.Connect(IPAddress.Loopback, server.Port);
            socket.Send("GET /metrics HTTP/1.0\r\n\r\n"u8);
            var buffer = new byte[4096];
            answer = Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
        });
        client.Start();
        var answered = client.Join(TimeSpan.FromSeconds(5));
        release.Set();
        await Task.WhenAll(blocked);
        answered.Should().BeTrue();
        answer.Should().StartWith("HTTP/1.1 200 OK");
    }
}
