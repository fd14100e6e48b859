using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Handlers of the application's may read a request late, in their own way or not at all: that is no late connection.</summary>
public sealed class HandedInHandlerTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static TheoryData<string, bool, string> Ways
    {
        get
        {
            var data = new TheoryData<string, bool, string>();
            foreach (var vendor in Vendors.All)
            {
                foreach (var streamed in new[] { true, false })
                {
                    foreach (var way in new[] { "never", "late", "before" })
                        data.Add(vendor, streamed, way);
                }
            }

            return data;
        }
    }

    public void Dispose() => GC.SuppressFinalize(this);

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_handler_that_does_not_read_the_request_may_take_its_time(string vendor, bool streamed, string way)
    {
        using var handler = new OkHandler(vendor, (request, token) => TakeTimeAsync(request, way, token));
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var provider = Vendors.New(vendor, client, _time);
        var asking = provider.ReadAsync(Reading.Buffered() with { Streaming = streamed });
        await _asked.Task.WaitAsync(Soon);

        _time.Advance(TimeSpan.FromMinutes(1));

        (await asking.WaitAsync(Soon)).Should().NotBeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task A_limit_of_the_request_does_not_change_that(bool streamed)
    {
        using var handler = new OkHandler("openai", (request, token) => TakeTimeAsync(request, "never", token));
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var provider = Vendors.New("openai", client, _time);
        var asking = provider.ReadAsync(
            Reading.Buffered() with { Streaming = streamed, Timeouts = new() { Connect = TimeSpan.FromSeconds(1) } });
        await _asked.Task.WaitAsync(Soon);

        _time.Advance(TimeSpan.FromMinutes(1));

        (await asking.WaitAsync(Soon)).Should().NotBeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task A_handler_in_place_of_a_named_clients_own_may_take_its_time(bool streamed)
    {
        using var handler = new OkHandler("openai", (request, token) => TakeTimeAsync(request, "never", token));
        var asking = AskNamedAsync(new Uri("http://vendor.test/v1"), streamed, b => b.ConfigurePrimaryHttpMessageHandler(() => handler));
        await _asked.Task.WaitAsync(Soon);

        _time.Advance(TimeSpan.FromSeconds(8));

        (await asking.WaitAsync(Soon)).Should().Be("ok");
    }

    [Theory]
    [BothModes]
    public async Task The_limit_begins_when_the_request_reaches_the_network(bool streamed)
    {
        await using var silent = new FaultServer(connection => connection.StallAsync());
        var asking = AskNamedAsync(
            new Uri($"https://localhost:{silent.Port}/v1"), streamed, b =>
                b.AddHttpMessageHandler(() => new Slow(request => TakeTimeAsync(request, "before", default))));
        await _asked.Task.WaitAsync(Soon);
        _time.Advance(TimeSpan.FromSeconds(4));
        await ChatSurface.UntilAsync(() => silent.ConnectionCount > 0);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        await Task.Delay(30);
        asking.IsCompleted.Should().BeFalse("four of these seconds were the handler's");

        _time.Advance(TimeSpan.FromSeconds(0.1));

        var error = (await FluentActions.Awaiting(() => asking.WaitAsync(Soon)).Should().ThrowAsync<LlmException>()).Which;
        error = error is AllProvidersFailedException { Attempts: [var only] } ? only.Error! : error;
        error.Message.Should().Contain("No connection to localhost:").And.Contain("within 5 s");
    }

    [Theory]
    [BothModes]
    public async Task Waiting_for_a_free_connection_is_no_connecting(bool streamed)
    {
        await using var server = new FakeOpenAiServer();
        server.Enqueue(Fault.Hang());
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { Timeout = Timeout.InfiniteTimeSpan };
        var provider = Vendors.New("openai", client, _time, server.BaseUrl);
        using var first = new CancellationTokenSource();
        var hanging = provider.ReadAsync(Reading.Buffered() with { Streaming = streamed }, first.Token);
        await ChatSurface.UntilAsync(() => server.ChatCount > 0);
        var waiting = provider.ReadAsync(Reading.Buffered() with { Streaming = streamed });

        _time.Advance(TimeSpan.FromSeconds(30));
        await Task.Delay(30);
        waiting.IsCompleted.Should().BeFalse();
        await first.CancelAsync();

        (await waiting.WaitAsync(Soon)).Should().NotBeEmpty();
        await FluentActions.Awaiting(() => hanging).Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task<string> AskNamedAsync(Uri address, bool streamed, Action<IHttpClientBuilder> http)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time);
        services.AddLlmRouter(o => (o.Retry, o.Timeouts) = (RetryOptions.None, o.Timeouts with { FirstToken = TimeSpan.FromMinutes(5) }))
            .AddOpenAiCompatible("named", o => (o.BaseUrl, o.Model) = (address, "m"), http: http);
        await using var container = services.BuildServiceProvider();
        var router = container.GetRequiredService<Router>();
        var request = Reading.Buffered() with { Streaming = streamed };
        if (!streamed)
            return (await router.RouteAsync(request)).Text;
        var text = "";
        await foreach (var update in router.RouteStreamAsync(request))
            text += update.Text;
        return text;
    }

    private async Task TakeTimeAsync(HttpRequestMessage request, string way, CancellationToken cancellationToken)
    {
        var content = request.Content!;
        if (way == "before")
            await content.LoadIntoBufferAsync(cancellationToken);
        var slow = Task.Delay(TimeSpan.FromSeconds(way == "before" ? 4 : 6), _time, cancellationToken);
        _asked.TrySetResult();
        await slow;
        if (way == "late")
            (await content.ReadAsStringAsync(cancellationToken)).Should().StartWith("{");
    }

    private sealed class Slow(Func<HttpRequestMessage, Task> before) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await before(request);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
