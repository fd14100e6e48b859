using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>A fake Ollama with a provider that asks it, and ways to ask.</summary>
internal sealed class OllamaCase : IAsyncDisposable
{
    public OllamaCase(Action<OllamaOptions>? configure = null)
    {
        Provider = NewProvider(Server.BaseUrl, configure);
    }

    public FakeOllamaServer Server { get; } = new();

    public OllamaProvider Provider { get; }

    public static OllamaProvider NewProvider(Uri address, Action<OllamaOptions>? configure = null)
    {
        var options = new OllamaOptions { Model = "pine", BaseUrl = address };
        configure?.Invoke(options);
        return new OllamaProvider("local", options);
    }

    public static LlmRequest Request(bool streamed, ChatOptions? options = null, params ChatMessage[] messages) =>
        new(messages.Length > 0 ? messages : [new ChatMessage(ChatRole.User, "what grows here?")])
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

    public Task<(string Text, LlmException Error)> FailAsync(bool streamed) =>
        Provider.FailAsync(Request(streamed)).WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The body of the last request, for a request with these options.</summary>
    public async Task<System.Text.Json.JsonElement> SentAsync(ChatOptions? options, params ChatMessage[] messages)
    {
        await AskAsync(streamed: false, options, messages);
        return Server.LastRequest.Json!.Value;
    }

    /// <summary>Lines of a stream.</summary>
    public static byte[] Lines(params string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));

    public static string Piece(string text) =>
        $$$"""{"model":"pine","created_at":"2026-09-01T10:00:00.123456789+03:00","message":{"role":"assistant","content":"{{{text}}}"}"""
        + $$$""","done":false}""";

    public const string Done = """{"model":"pine","created_at":"2026-09-01T10:00:01.5Z","message":{"role":"assistant","content":""}"""
        + ""","done":true,"done_reason":"stop","total_duration":7300,"prompt_eval_count":11,"eval_count":5}""";

    public async ValueTask DisposeAsync()
    {
        Provider.Dispose();
        await Server.DisposeAsync();
        Server.Errors.Should().BeEmpty();
    }
}
