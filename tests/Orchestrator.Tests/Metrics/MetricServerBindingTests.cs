using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Testing;
using static Orchestrator.Tests.Metrics.MetricServerProbe;

namespace Orchestrator.Tests.Metrics;

public sealed class MetricServerBindingTests
{
    [Fact]
    public async Task Port_0_picks_one_and_says_which()
    {
        await using var server = await StartAsync();
        server.Port.Should().BeInRange(1, 65535);
        server.Host.Should().Be("localhost");
        server.Url.Should().Be(new Uri($"http://localhost:{server.Port}/metrics"));
        server.IsRunning.Should().BeTrue();
    }

    [Fact]
    public async Task Localhost_is_both_loopback_addresses_on_one_port()
    {
        await using var server = await StartAsync();
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
                continue;
            using var connection = await RawConnection.OpenAsync(server.Port, address);
            (await connection.GetAsync()).Status.Should().Be(200);
        }
    }

    [Fact]
    public async Task Localhost_is_not_reachable_from_outside()
    {
        await using var server = await StartAsync();
        // Any other address of 127/8 stands for "not the one that was bound".
        var act = async () => await RawConnection.OpenAsync(server.Port, IPAddress.Parse("127.0.0.2"));
        await act.Should().ThrowAsync<SocketException>();
    }

    [Theory]
    [InlineData("+")]
    [InlineData("*")]
    [InlineData("0.0.0.0")]
    public async Task All_addresses_answer_to_any_name(string host)
    {
        await using var server = await StartAsync(host: host);
        server.Host.Should().Be(host);
        server.Url.Host.Should().Be("localhost");
        using var connection = await RawConnection.OpenAsync(server.Port, IPAddress.Parse("127.0.0.2"));
        (await connection.AskAsync("GET /metrics HTTP/1.1\r\nHost: metrics.cluster.local:9090\r\n\r\n")).Status.Should().Be(200);
    }

    [Theory]
    [InlineData("127.0.0.2", "127.0.0.2")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "[::1]")]
    [InlineData("[::1]", "[::1]")]
    public async Task An_address_is_bound_as_given(string host, string urlHost)
    {
        if (host.Contains(':') && !Socket.OSSupportsIPv6)
            return;
        await using var server = await StartAsync(host: host);
        server.Url.Should().Be(new Uri($"http://{urlHost}:{server.Port}/metrics"));
        using var client = new HttpClient();
        (await client.GetStringAsync(server.Url)).Should().Contain("probe_value");
    }

    [Fact]
    public async Task A_taken_port_is_explained()
    {
        await using var first = await StartAsync();
        var act = () => StartAsync(port: first.Port);
        (await act.Should().ThrowAsync<IOException>()).WithMessage($"*{first.Port}*localhost*taken*another port*");
        (await GetAsync(first)).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_port_taken_on_one_family_only_is_taken()
    {
        if (!Socket.OSSupportsIPv6)
            return;
        await using var first = await StartAsync(host: "::1");
        var act = () => StartAsync(port: first.Port);
        (await act.Should().ThrowAsync<IOException>()).WithMessage("*taken*");
        await using var other = await StartAsync(host: "127.0.0.1", port: first.Port);
        other.Port.Should().Be(first.Port, "the failed start has released it");
    }

    [Fact]
    public async Task An_address_of_another_machine_is_explained()
    {
        var act = () => StartAsync(host: "203.0.113.7");
        (await act.Should().ThrowAsync<IOException>()).WithMessage("*203.0.113.7*not an address of this machine*");
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_explained()
    {
        var act = () => StartAsync(host: "no such host");
        (await act.Should().ThrowAsync<IOException>()).WithMessage("*no such host*does not resolve*");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public async Task A_port_out_of_range_is_refused(int port)
    {
        var act = () => StartAsync(port: port);
        (await act.Should().ThrowAsync<ArgumentOutOfRangeException>()).WithParameterName(nameof(port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task An_empty_host_is_refused(string host)
    {
        var act = () => StartAsync(host: host);
        (await act.Should().ThrowAsync<ArgumentException>()).WithParameterName(nameof(host));
    }

    [Fact]
    public async Task A_start_that_is_cancelled_leaves_nothing_open()
    {
        var act = () =>
            MetricServer.StartAsync(NewRegistry(), 0, "localhost", TimeProvider.System, new FakeLogger(), new CancellationToken(true));
        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Stopping_releases_the_port_and_may_be_repeated()
    {
        var logger = new FakeLogger();
        var server = await StartAsync(logger: logger);
        (await GetAsync(server)).Status.Should().Be(200);
        await Task.WhenAll(server.StopAsync(), server.StopAsync(), server.DisposeAsync().AsTask());
        await server.StopAsync();
        await server.DisposeAsync();
        server.IsRunning.Should().BeFalse();
        logger.Collector.GetSnapshot().Select(r => r.Id.Id).Should().Equal(200, 202);
        var act = () => RawConnection.OpenAsync(server.Port);
        await act.Should().ThrowAsync<SocketException>();

        // Though connections of the first are still in TIME_WAIT.
        await using var second = await StartAsync(port: server.Port);
        (await GetAsync(second)).Status.Should().Be(200);
    }
}
