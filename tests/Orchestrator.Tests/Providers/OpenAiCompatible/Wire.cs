using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>A provider and the fake server it talks to, over a socket.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly OpenAiCompatibleProvider _provider;

    public Wire(Action<OpenAiCompatibleOptions>? configure = null, TimeProvider? time = null, FaultServerOptions? server = null)
    {
        Server = new FakeOpenAiServer(server);
        var options = new OpenAiCompatibleOptions { BaseUrl = Server.BaseUrl, Model = "gpt-4o-mini", ApiKey = "sk-fake-0123456789" };
        configure?.Invoke(options);
        _provider = new OpenAiCompatibleProvider("wired", options, timeProvider: time);
    }

    public FakeOpenAiServer Server { get; }

    public OpenAiCompatibleProvider Provider => _provider;

    public static LlmRequest Ask(bool streamed, ChatOptions? options = null) =>
        streamed ? Reading.Streamed(options: options) : Reading.Buffered(options: options);

    public async Task<ChatResponse> AnswerAsync(bool streamed, ChatOptions? options = null)
    {
        var updates = await _provider.ReadAsync(Ask(streamed, options));
        return streamed ? updates.ToChatResponse() : updates.Whole();
    }

    public async Task<string> TextAsync(bool streamed) => (await AnswerAsync(streamed)).Text;

    public Task<(string Text, LlmException Error)> FailAsync(bool streamed) => _provider.FailAsync(Ask(streamed));

    public async ValueTask DisposeAsync()
    {
        _provider.Dispose();
        await Server.DisposeAsync();
        Server.Errors.Should().BeEmpty();
    }
}
