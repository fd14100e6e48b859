using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Connections: refused, cancelled, left early, shared, handed in.</summary>
public sealed class GigaChatConnectionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Theory]
    [BothModes]
    public async Task A_host_that_is_away_is_unavailable_and_the_router_goes_on(bool streamed)
    {
        using var port = new ClosedPort();
        await using var test = new GigaChatCase(o => o.AuthUrl = port.Address);
        var (_, error) = await test.FailAsync(streamed);
        error.Kind.Should().Be(LlmErrorKind.Unavailable);
        error.Message.Should().Contain("No access token").And.Contain("ConnectionRefused");
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        (await router.AskAsync(streamed)).Should().Be("whole");
    }

    [Theory]
    [BothModes]
    public async Task Cancellation_while_waiting_closes_the_socket(bool streamed)
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(Fault.Hang());
        using var cancel = new CancellationTokenSource();
        var reading = test.Provider.ReadAsync(GigaChatCase.Request(streamed), cancel.Token);
        await test.Server.WhenAskedAsync(1, Soon);
        await cancel.CancelAsync();
        await reading.Invoking(r => r.WaitAsync(Soon)).Should().ThrowAsync<OperationCanceledException>();
        await test.Server.WhenDisconnectedAsync(Soon);
    }

    [Fact]
    public async Task Leaving_a_stream_early_closes_the_socket()
    {
        await using var test = new GigaChatCase();
        test.Server.Enqueue(new FakeReply("раз два три"), Fault.Stall(2));
        await foreach (var update in test.Provider.GenerateAsync(GigaChatCase.Request(streamed: true), default))
            break;
        await test.Server.WhenDisconnectedAsync(Soon);
    }

    [Fact]
    public async Task A_token_with_a_second_to_live_serves_until_it_is_refused()
    {
        await using var test = new GigaChatCase();
        test.Server.TokenLife = TimeSpan.FromSeconds(1);
        for (var i = 1; i <= 3; i++)
        {
            await test.AskAsync(streamed: i % 2 == 0);
            test.Server.TokenRequestCount.Should().Be(i);
            test.Server.ExpireTokens();
        }
    }

    [Fact]
    public async Task Calls_of_a_limit_of_their_own_do_not_wait_longer_for_a_token()
    {
        await using var test = new GigaChatCase();
        // One for the probe of the strategy, the others for the call.
        test.Server.EnqueueFor("/api/v2/oauth", Fault.Hang(), Fault.Hang(), Fault.Hang());
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        var response = await router.RouteAsync(
            GigaChatCase.Request(streamed: false) with { Timeouts = new TimeoutOptions { FirstToken = TimeSpan.FromMilliseconds(100) } });
        (response.Text, response.Attempts[0].Error!.Kind).Should().Be(("whole", LlmErrorKind.Timeout));
    }

    [Fact]
    public async Task Options_are_copied_and_a_client_that_was_handed_in_is_left_open()
    {
        await using var server = new FakeGigaChatServer();
        using var client = new HttpClient();
        var options = GigaChatCase.Options(server);
        var provider = new GigaChatProvider("mine", options, client);
        (options.Model, options.RepetitionPenalty, options.AuthorizationKey) = ("other", 2, null);
        (await provider.ReadAsync(GigaChatCase.Request(streamed: true))).Should().NotBeEmpty();
        server.LastRequest.Text.Should().Contain("GigaChat-2").And.NotContain("repetition_penalty");
        provider.Dispose();
        provider.Dispose();
        await provider.Invoking(p => p.ReadAsync(GigaChatCase.Request(streamed: true))).Should().ThrowAsync<Exception>();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{server.BaseUrl}/models"));
        ((int)(await client.SendAsync(request)).StatusCode).Should().Be(403, "it still asks");
    }
}
