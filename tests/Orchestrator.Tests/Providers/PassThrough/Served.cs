using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.PassThrough;

/// <summary>A router with one of our providers over a socket: what went out, and what came back.</summary>
internal sealed class Served : IAsyncDisposable
{
    private readonly Router _streaming = new();
    private readonly Router _whole = new();

    private Served(FakeLlmServer server, ILlmProvider provider)
    {
        Server = server;
        _streaming.AddProvider(provider);
        _whole.AddProvider(new Wrapped(provider, provider.Info with { PrefersStreaming = false }));
    }

    public FakeLlmServer Server { get; }

    /// <summary>The body of the last request.</summary>
    public JsonElement Sent => Server.LastRequest.Json!.Value;

    public static Served OpenAi()
    {
        var server = new FakeOpenAiServer();
        return new(server, new OpenAiCompatibleProvider(
            "p", new OpenAiCompatibleOptions { BaseUrl = server.BaseUrl, Model = "m", ApiKey = "sk-fake-0123456789" }));
    }

    public static Served Ollama()
    {
        var server = new FakeOllamaServer();
        return new(server, new OllamaProvider("p", new OllamaOptions { BaseUrl = server.BaseUrl, Model = "m" }));
    }

    /// <summary>The router; for a whole answer one that asks the server for it whole as well, which our providers do not prefer.</summary>
    public IChatClient Client(bool streamed) => streamed ? _streaming : _whole;

    /// <summary>The whole answer, however it is asked for.</summary>
    public Task<ChatResponse> AskAsync(bool streamed, ChatOptions? options = null, params ChatMessage[] messages)
    {
        if (messages.Length == 0)
            messages = [new ChatMessage(ChatRole.User, "hi")];
        return Sdk.SdkClients.AnswerAsync(Client(streamed), streamed, messages, options);
    }

    /// <summary>The messages of the last request as they were written.</summary>
    public IReadOnlyList<string> SentMessages() => [.. Sent.GetProperty("messages").EnumerateArray().Select(m => m.GetRawText())];

    public async ValueTask DisposeAsync()
    {
        await _streaming.DisposeAsync();
        await _whole.DisposeAsync();
        await Server.DisposeAsync();
        Server.Errors.Should().BeEmpty();
    }
}

internal static class ResponseContents
{
    public static IReadOnlyList<T> All<T>(this ChatResponse response) => [.. response.Messages.SelectMany(m => m.Contents).OfType<T>()];
}
