using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>Connections: refused, cancelled, left early, handed in.</summary>
public class OllamaConnectionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Theory]
    [BothModes]
    public async Task A_server_that_does_not_run_is_unavailable_and_the_cause_is_reported(bool streamed)
    {
        using var port = new ClosedPort();
        using var provider = OllamaCase.NewProvider(port.Address);
        var (_, error) = await provider.FailAsync(OllamaCase.Request(streamed));
        error.Kind.Should().Be(LlmErrorKind.Unavailable);
        error.Message.Should().Contain("ConnectionRefused");
        await using var router = ChatSurface.InOrder(null, provider, FakeProvider.Answering("next", "whole"));
        (await router.AskAsync(streamed)).Should().Be("whole");
    }

    [Theory]
    [BothModes]
    public async Task Cancellation_while_waiting_closes_the_socket(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Hang());
        using var cancel = new CancellationTokenSource();
        var reading = test.Provider.ReadAsync(OllamaCase.Request(streamed), cancel.Token);
        await test.Server.WhenAskedAsync(1, Soon);
        await cancel.CancelAsync();
        await reading.Invoking(r => r.WaitAsync(Soon)).Should().ThrowAsync<OperationCanceledException>();
        await test.Server.WhenDisconnectedAsync(Soon);
    }

    [Fact]
    public async Task Cancellation_in_the_middle_closes_the_socket()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.Stall(2));
        using var cancel = new CancellationTokenSource();
        var text = "";
        var read = async () =>
        {
            await foreach (var update in test.Provider.GenerateAsync(OllamaCase.Request(streamed: true), cancel.Token))
            {
                text += update.Text;
                if (text == "one two")
                    await cancel.CancelAsync();
            }
        };
        await read.Should().ThrowAsync<OperationCanceledException>();
        await test.Server.WhenDisconnectedAsync(Soon);
    }

    [Fact]
    public async Task Leaving_a_stream_early_closes_the_socket()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("one two three"), Fault.Stall(2));
        await foreach (var update in test.Provider.GenerateAsync(OllamaCase.Request(streamed: true), default))
            break;
        await test.Server.WhenDisconnectedAsync(Soon);
        test.Server.Enqueue(Fault.RepeatEvent(0));
        await foreach (var update in test.Provider.GenerateAsync(OllamaCase.Request(streamed: true), default))
            break;
        await test.Server.WhenDisconnectedAsync(Soon, 2);
    }

    [Fact]
    public async Task Whole_answers_share_a_connection()
    {
        await using var test = new OllamaCase();
        for (var i = 0; i < 5; i++)
            await test.AskAsync(streamed: i % 2 == 0);
        test.Server.ConnectionCount.Should().Be(1);
    }

    [Fact]
    public async Task A_slow_first_byte_is_waited_for()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("slow") { FirstDelay = TimeSpan.FromMilliseconds(300) });
        (await test.AskAsync(streamed: true)).Text.Should().Be("slow");
    }

    [Fact]
    public async Task The_routers_limit_of_the_first_token_holds_when_set()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Hang());
        await using var router = ChatSurface.InOrder(null, test.Provider, FakeProvider.Answering("next", "whole"));
        var request = OllamaCase.Request(
            streamed: false) with
        { Timeouts = new TimeoutOptions { FirstToken = TimeSpan.FromMilliseconds(100) } };
        var response = await router.RouteAsync(request);
        response.Text.Should().Be("whole");
        response.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.Timeout);
        await test.Server.WhenDisconnectedAsync(Soon);
    }

    [Fact]
    public async Task A_client_that_was_handed_in_is_not_disposed()
    {
        await using var server = new FakeOllamaServer();
        using var client = new HttpClient();
        var provider = new OllamaProvider("mine", new() { Model = "pine", BaseUrl = server.BaseUrl }, client);
        (await provider.ReadAsync(OllamaCase.Request(streamed: true))).Should().NotBeEmpty();
        provider.Dispose();
        (await client.GetStringAsync(server.Address)).Should().Be("Ollama is running");
    }

    [Fact]
    public async Task A_redirect_that_a_handed_in_client_followed_is_no_answer()
    {
        await using var other = new FakeOllamaServer();
        await using var server = new FakeOllamaServer { Always = Fault.Redirect(new Uri(other.Address, "/api/chat")) };
        using var client = new HttpClient();
        using var provider = new OllamaProvider("mine", new() { Model = "pine", BaseUrl = server.BaseUrl }, client);
        (await provider.FailAsync(OllamaCase.Request(streamed: true))).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Theory]
    [BothModes]
    public async Task A_handed_in_clients_own_time_limit_is_not_reported_as_a_connect_limit(bool streamed)
    {
        await using var server = new FakeOllamaServer { Always = Fault.Hang() };
        using var client = new HttpClient { Timeout = TimeSpan.FromMilliseconds(150) };
        using var provider = new OllamaProvider("mine", new() { Model = "pine", BaseUrl = server.BaseUrl }, client);
        var (_, error) = await provider.FailAsync(OllamaCase.Request(streamed));
        error.Kind.Should().Be(LlmErrorKind.Timeout);
        error.Message.Should().NotContain("No connection");
    }

    [Fact]
    public async Task The_probe_asks_the_root_page_only()
    {
        await using var test = new OllamaCase(o => o.ApiKey = "k");
        (await test.Provider.ProbeAsync(default)).Should().BeTrue();
        (test.Server.LastRequest.ToString(), test.Server.ChatCount, test.Server.LastRequest.Header("Authorization"))
            .Should().Be(("GET /", 0, "Bearer k"));
        test.Server.EnqueueFor("/", Fault.Status(503));
        (await test.Provider.ProbeAsync(default)).Should().BeFalse();
        using var port = new ClosedPort();
        using var down = OllamaCase.NewProvider(port.Address);
        (await FluentActions.Awaiting(() => down.ProbeAsync(default).AsTask()).Should().ThrowAsync<LlmException>()).Which.Kind
            .Should().Be(LlmErrorKind.Unavailable);
    }
}
