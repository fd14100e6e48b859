using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>A fake GigaChat with a provider that asks it, and ways to ask.</summary>
internal sealed class GigaChatCase : IAsyncDisposable
{
    public GigaChatCase(Action<GigaChatOptions>? configure = null, TimeProvider? time = null, FaultServerOptions? server = null)
    {
        Server = new FakeGigaChatServer(server ?? new FaultServerOptions { TimeProvider = time ?? TimeProvider.System });
        Provider = NewProvider(Server, configure, time);
    }

    public FakeGigaChatServer Server { get; }

    public GigaChatProvider Provider { get; }

    public static GigaChatOptions Options(FakeGigaChatServer server) => new()
    {
        Model = "GigaChat-2",
        BaseUrl = server.BaseUrl,
        AuthUrl = server.AuthUrl,
        AuthorizationKey = FakeGigaChatServer.DefaultKey,
    };

    public static GigaChatProvider NewProvider(
        FakeGigaChatServer server, Action<GigaChatOptions>? configure = null, TimeProvider? time = null)
    {
        var options = Options(server);
        configure?.Invoke(options);
        return new GigaChatProvider("giga", options, timeProvider: time);
    }

    public static LlmRequest Request(bool streamed, ChatOptions? options = null, params ChatMessage[] messages) =>
        new(messages.Length > 0 ? messages : [new ChatMessage(ChatRole.User, "что растёт в тундре?")])
        {
            Streaming = streamed,
            Options = options
        };

    /// <summary>The answer in one piece, however it came.</summary>
    public async Task<ChatResponse> AskAsync(bool streamed, ChatOptions? options = null, params ChatMessage[] messages)
    {
        var updates = await Provider.ReadAsync(Request(streamed, options, messages)).WaitAsync(TimeSpan.FromSeconds(20));
        return streamed ? updates.ToChatResponse() : updates.Whole();
    }

    public Task<(string Text, LlmException Error)> FailAsync(bool streamed, ChatOptions? options = null, params ChatMessage[] messages) =>
        Provider.FailAsync(Request(streamed, options, messages)).WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The body of the request for these options and messages.</summary>
    public async Task<JsonElement> SentAsync(ChatOptions? options = null, params ChatMessage[] messages)
    {
        await AskAsync(streamed: false, options, messages);
        return Server.LastRequest.Json!.Value;
    }

    public IEnumerable<CapturedRequest> Chats => Server.Requests.Where(r => r.Path.EndsWith("/chat/completions", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        Provider.Dispose();
        await Server.DisposeAsync();
        Server.Errors.Should().BeEmpty();
    }
}
