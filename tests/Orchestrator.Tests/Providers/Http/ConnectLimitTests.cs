using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>A server that accepts the connection and never answers the TLS hello, on a clock of the test's.</summary>
public sealed class ConnectLimitTests : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly FaultServer _silent = new(connection => connection.StallAsync());
    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };

    private Uri Address => new($"https://localhost:{_silent.Port}/v1");

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _silent.DisposeAsync();
    }

    [Theory]
    [BothModes]
    public async Task A_client_that_was_handed_in_has_the_usual_limit(bool streamed)
    {
        using var provider = Provider(Address, _client);
        await ExpiresAsync(5, provider.FailAsync(Wire.Ask(streamed)));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    [InlineData(true, 60)]
    [InlineData(false, 60)]
    public async Task A_client_of_our_own_has_the_limit_of_the_request(bool streamed, int seconds)
    {
        using var provider = Provider(Address, null);
        await ExpiresAsync(seconds, provider.FailAsync(Wire.Ask(streamed) with { Timeouts = Connect(seconds) }));
    }

    [Theory]
    [BothModes]
    public async Task Ollama_has_it_too(bool streamed)
    {
        using var provider = new OllamaProvider("silent", new() { Model = "pine", BaseUrl = Address }, _client, _time);
        await ExpiresAsync(5, provider.FailAsync(Wire.Ask(streamed)));
    }

    [Theory]
    [InlineData(true, "router")]
    [InlineData(false, "router")]
    [InlineData(true, "options")]
    [InlineData(false, "options")]
    [InlineData(true, "info")]
    [InlineData(false, "info")]
    [InlineData(true, "request")]
    [InlineData(false, "request")]
    public async Task The_limit_comes_from_wherever_it_is_set(bool streamed, string place)
    {
        using var provider = Provider(Address, null);
        var (set, other) = (Connect(3), Connect(4));
        var options = new RouterOptions { Retry = RetryOptions.None, Timeouts = place == "router" ? set : other };
        await using var router = new Router(options, null, _time);
        router.AddProvider(
            new Wrapped(provider, provider.Info with { Timeouts = place == "info" ? set : null }),
            new ProviderOptions { Timeouts = place == "options" ? set : null });
        var request = Wire.Ask(streamed) with { Timeouts = place == "request" ? set : null };

        await ExpiresAsync(3, FailAsync(async () => await Drain(router, request)));
    }

    [Theory]
    [BothModes]
    public async Task A_named_client_has_the_routers_limit(bool streamed)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time);
        services.AddLlmRouter(o => (o.Retry, o.Timeouts) = (RetryOptions.None, Connect(7)))
            .AddOpenAiCompatible("named", o => (o.BaseUrl, o.Model) = (Address, "m"));
        await using var container = services.BuildServiceProvider();
        var router = container.GetRequiredService<Router>();

        await ExpiresAsync(7, FailAsync(async () => await Drain(router, Wire.Ask(streamed))));
    }

    [Theory]
    [BothModes]
    public async Task Without_a_limit_the_caller_alone_decides(bool streamed)
    {
        using var provider = Provider(Address, _client);
        using var caller = new CancellationTokenSource();
        var asking = provider.ReadAsync(Wire.Ask(streamed) with { Timeouts = new() { Connect = Timeout.InfiniteTimeSpan } }, caller.Token);
        await ConnectedAsync();
        _time.Advance(TimeSpan.FromDays(20));
        asking.IsCompleted.Should().BeFalse();

        await caller.CancelAsync();

        await FluentActions.Awaiting(() => asking.WaitAsync(Soon)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_server_that_is_connected_may_take_its_time(bool streamed, bool keptAlive)
    {
        await using var server = new FakeOpenAiServer();
        using var provider = Provider(server.BaseUrl, _client);
        if (keptAlive)
            await provider.ReadAsync(Reading.Buffered());
        server.Enqueue(Fault.Hang());
        using var caller = new CancellationTokenSource();
        var before = server.ChatCount;
        var asking = provider.ReadAsync(Wire.Ask(streamed), caller.Token);
        await ChatSurface.UntilAsync(() => server.ChatCount > before);

        _time.Advance(TimeSpan.FromHours(1));

        asking.IsCompleted.Should().BeFalse();
        server.ConnectionCount.Should().Be(1);
        await caller.CancelAsync();
        await FluentActions.Awaiting(() => asking.WaitAsync(Soon)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [BothModes]
    public async Task A_certificate_that_is_not_trusted_is_no_late_connection(bool streamed)
    {
        using var certificate = TestAuthority.SelfSigned();
        await using var server = new FakeOpenAiServer(new FaultServerOptions { Certificate = certificate });
        using var provider = Provider(server.BaseUrl, _client);

        var (_, error) = await provider.FailAsync(Wire.Ask(streamed));

        error.Kind.Should().Be(LlmErrorKind.Unavailable);
        error.Message.Should().Contain("SecureConnectionError").And.NotContain("No connection");
    }

    [Theory]
    [BothModes]
    public async Task A_handlers_own_limit_is_not_reported_as_ours(bool streamed)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromMilliseconds(100) })
        {
            Timeout = Timeout.InfiniteTimeSpan
        };
        using var provider = Provider(Address, client);

        var (_, error) = await provider.FailAsync(Wire.Ask(streamed));

        (error.Kind, error.Message).Should().Be((LlmErrorKind.Timeout, $"No connection to localhost:{_silent.Port} within the "
            + "ConnectTimeout of the client that was handed in. Check address and network."));
    }

    private static TimeoutOptions Connect(int seconds) => new() { Connect = TimeSpan.FromSeconds(seconds) };

    private OpenAiCompatibleProvider Provider(Uri address, HttpClient? client) =>
        new("silent", new() { BaseUrl = address, Model = "m" }, client, _time);

    private static async Task Drain(Router router, LlmRequest request)
    {
        if (!request.Streaming)
            await router.RouteAsync(request);
        else
            await foreach (var update in router.RouteStreamAsync(request))
                update.Text.Should().BeEmpty();
    }

    private static async Task<(string Text, LlmException Error)> FailAsync(Func<Task> ask) =>
        ("", (await ask.Should().ThrowAsync<LlmException>()).Which);

    private Task ConnectedAsync() => ChatSurface.UntilAsync(() => _silent.ConnectionCount > 0);

    private async Task ExpiresAsync(int seconds, Task<(string Text, LlmException Error)> asking)
    {
        await ConnectedAsync();
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await Task.Delay(30);
        asking.IsCompleted.Should().BeFalse("the limit is not over");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var (_, error) = await asking.WaitAsync(Soon);
        error = error is AllProvidersFailedException { Attempts: [var only] } ? only.Error! : error;
        error.Kind.Should().Be(LlmErrorKind.Timeout);
        error.Message.Should().Contain($"No connection to localhost:{_silent.Port} within {seconds} s. Check address and network.");
    }
}
