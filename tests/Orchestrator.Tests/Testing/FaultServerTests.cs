using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Testing;

[Collection(Timed.Name)]
public sealed class FaultServerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Requests_are_captured_by_length_and_in_chunks_and_pipelined()
    {
        var requests = new List<CapturedRequest>();
        await using var server = new FaultServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                requests.Add(request);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        using var client = new RawClient();
        await client.SendAsync(server.Address,
            "GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\n\r\nPOST /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
        await Task.Delay(30);
        await client.SendAsync(
            server.Address, "c\r\n2;x=y\r\nde\r\n0\r\nTrailer: z\r\n\r\nPOST /e HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}");

        var text = Encoding.ASCII.GetString(await client.ReadToEndAsync(Soon));

        text.Split("ok").Should().HaveCount(4);
        requests.Select(r => (r.Method, r.Path, r.Query, r.Text))
            .Should().Equal(("GET", "/a", "?b=c", ""), ("POST", "/d", "", "abcde"), ("POST", "/e", "", "{\"a\":1}"));
        requests[0].Header("x-A").Should().Be("1, 2");
        requests[2].Json!.Value.GetProperty("a").GetInt32().Should().Be(1);
        (server.ConnectionCount, server.RequestCount).Should().Be((1, 3));
    }

    [Fact]
    public async Task Expect_continue_is_answered()
    {
        await using var server = new FaultServer(async connection =>
        {
            var request = await connection.ReadRequestAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {request!.Body.Length}\r\n\r\n{request.Text}");
        });
        using var client = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = new StringContent("body") };
        message.Headers.ExpectContinue = true;

        using var response = await client.SendAsync(message);

        (await response.Content.ReadAsStringAsync()).Should().Be("body");
    }

    [Fact]
    public async Task A_connection_ends_with_a_FIN_or_an_RST_as_told()
    {
        await using var server = new FaultServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("half");
            if (connection.Number == 2)
                connection.Reset();
        });

        (await RawClient.AskAsync(server.Address, RawClient.Chat())).Should().Be(("half", false));
        (await RawClient.AskAsync(server.Address, RawClient.Chat())).WasReset.Should().BeTrue();
    }

    [Fact]
    public async Task Pieces_arrive_apart_when_there_is_a_pause()
    {
        await using var server = new FaultServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteInPiecesAsync("abc"u8.ToArray(), 1, TimeSpan.FromMilliseconds(60));
            await connection.WriteCutAtAsync("defgh"u8.ToArray(), 1, 3);
        });
        using var client = new RawClient();
        await client.SendAsync(server.Address, RawClient.Chat());

        (await client.ReadSomeAsync()).Should().Equal("a"u8.ToArray());
        (await client.ReadSomeAsync()).Should().Equal("b"u8.ToArray());
        (await client.ReadSomeAsync()).Should().Equal("c"u8.ToArray());
        (await client.ReadToEndAsync(Soon)).Should().Equal("defgh"u8.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_leaving_of_a_client_is_seen_at_once_while_the_server_is_silent(bool reset)
    {
        await using var server = new FaultServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.StallAsync();
        });
        using var client = new RawClient();
        await client.SendAsync(server.Address, RawClient.Chat());
        await FluentActions.Awaiting(() => server.WhenDisconnectedAsync(TimeSpan.FromMilliseconds(50)))
            .Should().ThrowAsync<TimeoutException>();

        if (reset)
            client.Reset();
        else
            client.Dispose();

        await server.WhenDisconnectedAsync(Soon);
        server.DisconnectCount.Should().Be(1);
    }

    [Fact]
    public async Task Waiting_goes_by_the_given_clock()
    {
        var time = new FakeTimeProvider();
        var waiting = new TaskCompletionSource();
        await using var server = new FaultServer(
            async connection =>
            {
                await connection.ReadRequestAsync();
                var wait = connection.DelayAsync(TimeSpan.FromHours(1));
                waiting.SetResult();
                await wait;
                await connection.WriteAsync("late");
            },
            new FaultServerOptions { TimeProvider = time });
        var asking = RawClient.AskAsync(server.Address, RawClient.Chat());
        await waiting.Task;

        time.Advance(TimeSpan.FromHours(1));

        (await asking).Text.Should().Be("late");
    }

    [Fact]
    public async Task Disposing_closes_what_is_open_and_no_more_connections_than_allowed_are_served()
    {
        var server = new FaultServer(c => c.StallAsync(), new FaultServerOptions { MaxConnections = 2 });
        using var one = new RawClient();
        using var two = new RawClient();
        using var three = new RawClient();
        foreach (var client in new[] { one, two, three })
            await client.SendAsync(server.Address, "x");
        await Task.Delay(100);
        server.OpenCount.Should().Be(2);

        await server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(2));

        (await one.ReadToEndAsync(Soon)).Should().BeEmpty();
        one.WasReset.Should().BeTrue();
        server.OpenCount.Should().Be(0);
        server.DisconnectCount.Should().Be(0);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_fault_of_the_test_itself_is_kept()
    {
        await using var server = new FaultServer(_ => throw new InvalidOperationException("mine"));

        await RawClient.AskAsync(server.Address, RawClient.Chat());

        server.Errors.Should().ContainSingle().Which.Message.Should().Be("mine");
    }

    [Fact]
    public async Task A_closed_port_refuses()
    {
        using var closed = new ClosedPort();
        using var client = new HttpClient();

        (await FluentActions.Awaiting(() => client.GetAsync(closed.Address)).Should().ThrowAsync<HttpRequestException>())
            .Which.HttpRequestError.Should().Be(HttpRequestError.ConnectionError);
    }

    [Fact]
    public async Task TLS_works_with_the_private_root_and_with_nothing_else()
    {
        using var authority = new TestAuthority();
        using var good = authority.Issue();
        using var expired = authority.Issue(validFrom: DateTimeOffset.UtcNow.AddDays(-9), validTo: DateTimeOffset.UtcNow.AddDays(-1));
        using var other = authority.Issue("example.org");
        using var own = TestAuthority.SelfSigned();
        using var root = X509Certificate2.CreateFromPem(authority.RootPem);

        (await GetAsync(good, root)).Should().Be("safe");
        (await GetAsync(good, null)).Should().BeNull();
        (await GetAsync(expired, root)).Should().BeNull();
        (await GetAsync(other, root)).Should().BeNull();
        (await GetAsync(own, root)).Should().BeNull();
        (await GetAsync(own, own)).Should().Be("safe");
    }

    private static async Task<string?> GetAsync(X509Certificate2 certificate, X509Certificate2? trusted)
    {
        await using var server = new FaultServer(
            async connection =>
            {
                await connection.ReadRequestAsync();
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe");
            },
            new FaultServerOptions { Certificate = certificate });
        using var handler = new SocketsHttpHandler();
        if (trusted is not null)
        {
            handler.SslOptions.CertificateChainPolicy =
                new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(trusted);
        }

        using var client = new HttpClient(handler);
        try
        {
            return await client.GetStringAsync(server.Address);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            await server.WhenDisconnectedAsync(Soon);
            return null;
        }
    }
}
