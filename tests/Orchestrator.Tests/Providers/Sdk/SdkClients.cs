using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Sdk;

public enum Sdk
{
    OpenAi,
    OllamaSharp,
}

/// <summary>The client of an SDK, wrapped as a provider behind a router, and the fake server that it talks to.</summary>
internal sealed class SdkClients : IAsyncDisposable
{
    public SdkClients(Sdk sdk)
    {
        Server = sdk == Sdk.OpenAi ? new FakeOpenAiServer() : new FakeOllamaServer();
        Router = RouterTo(sdk, Server.BaseUrl);
    }

    public static TheoryData<Sdk, bool> Both =>
        new() { { Sdk.OpenAi, true }, { Sdk.OpenAi, false }, { Sdk.OllamaSharp, true }, { Sdk.OllamaSharp, false } };

    public FakeLlmServer Server { get; }

    public Router Router { get; }

    public static Router RouterTo(Sdk sdk, Uri address)
    {
        var router = new Router(new RouterOptions { MaxAttempts = 1 });
        router.AddProvider(new ChatClientProvider("wrapped", NewClient(sdk, address)));
        return router;
    }

    /// <summary>The whole answer, however it was asked for.</summary>
    public static async Task<ChatResponse> AnswerAsync(
        IChatClient client, bool streamed, IEnumerable<ChatMessage> messages, ChatOptions? options = null) => streamed
            ? await client.GetStreamingResponseAsync(messages, options).ToChatResponseAsync().WaitAsync(TimeSpan.FromSeconds(20))
            : await client.GetResponseAsync(messages, options).WaitAsync(TimeSpan.FromSeconds(20));

    public Task<ChatResponse> AnswerAsync(bool streamed, IEnumerable<ChatMessage> messages, ChatOptions? options = null) =>
        AnswerAsync(Router, streamed, messages, options);

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync();
        await Server.DisposeAsync();
        Server.Errors.Should().BeEmpty();
    }

    private static IChatClient NewClient(Sdk sdk, Uri address) => sdk == Sdk.OllamaSharp
        ? new OllamaApiClient(address, "m")
        : new OpenAIClient(new ApiKeyCredential("sk-fake-0123456789"),
            new OpenAIClientOptions { Endpoint = address, RetryPolicy = new ClientRetryPolicy(0) })
            .GetChatClient("m").AsIChatClient();
}
