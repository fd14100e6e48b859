using System.Text;
using static Orchestrator.Tests.Metrics.MetricServerProbe;

namespace Orchestrator.Tests.Metrics;

/// <summary>Heads that are refused, whatever follows them, while another client is served.</summary>
public sealed class MetricServerMalformedTests
{
    private const string Get = "GET /metrics HTTP/1.1\r\n";

    public static TheoryData<string, string, int> Refused => new()
    {
        { "NUL in a header", Get + "Host: localhost\r\nA: b\0c\r\n\r\n", 400 },
        { "NUL in the path", "GET /metrics\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "space before the colon", Get + "Host : localhost\r\n\r\n", 400 },
        { "space in a name", Get + "Host: localhost\r\nBad Name: x\r\n\r\n", 400 },
        { "no colon", Get + "Host: localhost\r\nNoColon\r\n\r\n", 400 },
        { "empty name", Get + "Host: localhost\r\n: x\r\n\r\n", 400 },
        { "two Host", Get + "Host: localhost\r\nHost: localhost\r\n\r\n", 400 },
        { "no Host", Get + "\r\n", 400 },
        { "Host with a path", Get + "Host: localhost/x\r\n\r\n", 400 },
        { "Host with a port that is none", Get + "Host: localhost:http\r\n\r\n", 400 },
        { "folded header", Get + "Host: localhost\r\nA: b\r\n c\r\n\r\n", 400 },
        { "folded first header", Get + " Host: localhost\r\n\r\n", 400 },
        { "bare LF", "GET /metrics HTTP/1.1\nHost: localhost\n\n", 400 },
        { "bare LF in headers", Get + "Host: localhost\nA: b\r\n\r\n", 400 },
        { "bare CR in headers", Get + "Host: localhost\r\nA: b\rc\r\n\r\n", 400 },
        { "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400 },
        { "HTTP/3", "GET /metrics HTTP/3.0\r\nHost: localhost\r\n\r\n", 400 },
        { "HTTP/1.10", "GET /metrics HTTP/1.10\r\nHost: localhost\r\n\r\n", 400 },
        { "lower case version", "GET /metrics http/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "HTTP/0.9", "GET /metrics\r\n", 400 },
        { "HTTP/0.9 with an end", "GET /metrics\r\n\r\n", 400 },
        { "two spaces", "GET  /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "three words", "GET /metrics x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "tab instead of space", "GET\t/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "no method", " /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "method with a colon", "GE:T /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "fragment", "GET /metrics#x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "byte over 127 in the path", "GET /metrics\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "relative path", "GET metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "star for GET", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "https target", "GET https://localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "target with user", "GET http://user@localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "target without authority", "GET http:///metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 400 },
        { "body by length", Get + "Host: localhost\r\nContent-Length: 5\r\n\r\nhello", 413 },
        { "enormous length", Get + "Host: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413 },
        { "negative length", Get + "Host: localhost\r\nContent-Length: -1\r\n\r\n", 400 },
        { "length that is none", Get + "Host: localhost\r\nContent-Length: 0x10\r\n\r\n", 400 },
        { "list of lengths", Get + "Host: localhost\r\nContent-Length: 0, 0\r\n\r\n", 400 },
        { "two lengths", Get + "Host: localhost\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", 400 },
        { "chunked", Get + "Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
        { "length and chunked", Get + "Host: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
        { "POST with length and chunked",
            "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: x\r\n\r\n", 400 },
        { "POST with a body", "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", 405 },
        { "TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", 400 },
        { "a long line of nothing", new string('A', 9000), 431 },
        { "long path", "GET /" + new string('a', 64 * 1024) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 431 },
        { "long header", Get + "Host: localhost\r\nA: " + new string('a', 1 << 20) + "\r\n\r\n", 431 },
        { "many headers", Get + "Host: localhost\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 20_000)) + "\r\n", 431 },
        { "empty lines without end", string.Concat(Enumerable.Repeat("\r\n", 5000)), 431 },
        { "foreign Host", Get + "Host: evil.example\r\n\r\n", 403 },
        { "foreign Host with port", Get + "Host: evil.example:9090\r\n\r\n", 403 },
        { "Host that begins like ours", Get + "Host: localhost.evil.example\r\n\r\n", 403 },
        { "Host with a final dot", Get + "Host: localhost.\r\n\r\n", 403 },
        { "empty Host", Get + "Host:\r\n\r\n", 403 },
        { "another loopback address", Get + "Host: 127.0.0.2\r\n\r\n", 403 },
        { "foreign target", "GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 403 },
        { "foreign HTTP/1.0", "GET /metrics HTTP/1.0\r\nHost: evil.example\r\n\r\n", 403 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Refuses_and_closes(string what, string request, int status)
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        var sending = connection.TrySendAsync(Encoding.Latin1.GetBytes(request));
        var response = await connection.ReadAsync();
        response.Status.Should().Be(status, what);
        response.Headers["Connection"].Should().Be("close");
        await sending;
        (await connection.IsClosedAsync()).Should().BeTrue();
        (await GetAsync(server)).Status.Should().Be(200);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:80")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:9090")]
    [InlineData("[::1]")]
    [InlineData("[::1]:1234")]
    public async Task Answers_to_the_names_of_loopback(string host)
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Port);
        (await connection.AskAsync($"GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n")).Status.Should().Be(200);
        (await connection.AskAsync($"GET http://{host}/metrics?x=1 HTTP/1.1\r\nHost: {host}\r\n\r\n")).Status.Should().Be(200);
        (await connection.AskAsync($"GET HTTP://{host} HTTP/1.1\r\nHost: {host}\r\n\r\n")).Status.Should().Be(404);
    }

    [Fact]
    public async Task A_length_of_zero_and_an_expectation_are_harmless()
    {
        await using var server = await StartAsync();
        (await GetAsync(server, headers: "Content-Length: 0\r\nExpect: 100-continue\r\nUpgrade: h2c\r\nX:\tq\u00e9\r\n")).Status
            .Should().Be(200);
    }

    [Fact]
    public async Task Random_bytes_do_no_harm()
    {
        await using var server = await StartAsync();
        var random = new Random(42);
        for (var i = 0; i < 20; i++)
        {
            using var connection = await RawConnection.OpenAsync(server.Port);
            var bytes = new byte[100_000];
            random.NextBytes(bytes);
            await connection.TrySendAsync(bytes);
        }

        (await GetAsync(server)).Status.Should().Be(200);
    }

    [Fact]
    public void Every_cut_of_a_good_head_is_incomplete_and_no_change_of_a_byte_throws()
    {
        var good = Encoding.ASCII.GetBytes(
            "GET http://localhost:9090/metrics?x HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip;q=0.5, *;q=0\r\nConnection: "
            + "close\r\nContent-Length: 0\r\n\r\n");
        var hosts = HostRule.Loopback("localhost");
        for (var length = 0; length < good.Length; length++)
            HttpHead.Judge(good.AsSpan(0, length), hosts).Status.Should().Be(0);
        HttpHead.Judge(good, hosts).Should().Be(new HttpVerdict(200, good.Length, KeepAlive: false, Gzip: true));
        for (var at = 0; at < good.Length; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                var changed = (byte[])good.Clone();
                changed[at] = (byte)value;
                HttpHead.Judge(changed, hosts).Status.Should().BeOneOf(0, 200, 400, 403, 404, 405, 413);
            }
        }
    }
}
