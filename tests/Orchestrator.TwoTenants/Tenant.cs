using Orchestrator.Providers;
using Orchestrator.Soak;
using Orchestrator.Tests.Stress;

namespace Orchestrator.TwoTenants;

/// <summary>One tenant: its servers, its providers, and its calls.</summary>
internal sealed class Tenant : IAsyncDisposable
{
    private readonly char _name;
    private readonly Violations _violations;
    private readonly Counts _counts;
    private readonly TenantServer _server;
    private readonly List<HttpClient> _clients = [];
    private readonly List<ILlmProvider> _providers = [];

    public Tenant(char name, long seed, Violations violations, Counts counts)
    {
        (_name, _violations, _counts) = (name, violations, counts);
        _server = new TenantServer(name, seed, violations, counts);
    }

    public async Task StartAsync()
    {
        await _server.StartAsync();
        Add(_server.Http1, null);
        Add(_server.Http1, Sockets());
        Add(_server.Http1, new RacingHandler(Sockets(), _server.Http1));
        Add(_server.Http2, new Http2Handler(Sockets()));
        Add(_server.Http2, new Http2Handler(new RacingHandler(Sockets(), _server.Http2)));
        Add(new Uri("http://inside.test"), _server.InsideHandler());
        Add(new Uri("http://inside.test"), new RacingHandler(_server.InsideHandler(), new Uri("http://other.test")));
    }

    public async Task CallAsync(int number, Dice dice)
    {
        var streamed = dice.Percent(50);
        var length = dice.Percent(0.4) ? 3_000_000 - dice.Below(500_000) : dice.Percent(6) ? dice.Below(200_000) : dice.Below(4_000);
        var prompt = Prompt.Of(_name, streamed, number, length);
        var request = new LlmRequest(prompt.ToString()) { Streaming = streamed };
        var provider = _providers[dice.Below(_providers.Count)];
        var leaves = streamed && dice.Percent(5);
        using var caller =
            new CancellationTokenSource(dice.Percent(10) ? TimeSpan.FromMilliseconds(dice.Below(15)) : TimeSpan.FromSeconds(60));
        try
        {
            var text = "";
            await foreach (var update in provider.GenerateAsync(request, caller.Token))
            {
                text += update.Text;
                if (!leaves)
                    continue;
                _counts.Left();
                return;
            }

            _violations.Expect(text == $"{_name}", () => $"call {number} of {_name} was answered: {text}");
            _counts.Answered();
        }
        catch (LlmException)
        {
            _counts.Failed();
        }
        catch (OperationCanceledException) when (caller.IsCancellationRequested)
        {
            _counts.Cancelled();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers.OfType<IDisposable>())
            provider.Dispose();
        _clients.ForEach(c => c.Dispose());
        await _server.DisposeAsync();
    }

    private static SocketsHttpHandler Sockets() => new() { EnableMultipleHttp2Connections = true, UseProxy = false };

    private void Add(Uri address, HttpMessageHandler? handler)
    {
        HttpClient? client = null;
        if (handler is not null)
            _clients.Add(client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan });
        _providers.Add(new OpenAiCompatibleProvider(
            $"{_name}{_providers.Count}", new() { BaseUrl = new Uri(address, "v1"), Model = $"tenant-{_name}" }, client));
    }
}
