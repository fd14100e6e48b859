using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.ClientCuts;

/// <summary>A client under test.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="IsOurs">Whether it is held to the rules.</param>
/// <param name="Ask">Asks once, streamed.</param>
internal sealed record Subject(string Name, bool IsOurs, Func<IAsyncEnumerable<ChatResponseUpdate>> Ask)
{
    public static IReadOnlyList<Subject> ForOpenAi(FakeOpenAiServer server)
    {
        var ours = new OpenAiCompatibleProvider(
            "ours", new OpenAiCompatibleOptions { BaseUrl = server.BaseUrl, Model = "m", ApiKey = "sk-fake" });
        return
        [
            new("OpenAiCompatibleProvider", true, () => ours.GenerateAsync(new LlmRequest("hi") { Streaming = true }, default)),
            Of("OpenAI SDK", NewOpenAi(server)),
            Routed("OpenAI SDK behind the router", NewOpenAi(server)),
        ];
    }

    public static IReadOnlyList<Subject> ForOllama(FakeOllamaServer server)
    {
        var ours = new OllamaProvider("ours", new OllamaOptions { BaseUrl = server.BaseUrl, Model = "m" });
        return
        [
            new("OllamaProvider", true, () => ours.GenerateAsync(new LlmRequest("hi") { Streaming = true }, default)),
            Of("OllamaSharp", new OllamaApiClient(server.BaseUrl, "m")),
            Routed("OllamaSharp behind the router", new OllamaApiClient(server.BaseUrl, "m")),
        ];
    }

    /// <summary>Asks, reads to the end and says how it ended.</summary>
    /// <param name="whole">The text of the whole answer.</param>
    public async Task<Ending> RunAsync(string whole)
    {
        var text = "";
        var finished = false;
        try
        {
            await foreach (var update in Ask().ConfigureAwait(false))
            {
                text += update.Text;
                finished |= update.FinishReason is not null;
            }
        }
        catch (LlmException error)
        {
            return new(Outcome.Typed, error.Kind.ToString());
        }
#pragma warning disable CA1031 // Which exceptions come is the question.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new(Outcome.Raw, error.GetType().Name);
        }

        return new(finished ? Outcome.Finished : Outcome.Quiet, "") { IsWhole = finished && text == whole };
    }

    private static Subject Of(string name, IChatClient client) => new(name, false, () => client.GetStreamingResponseAsync("hi"));

    private static Subject Routed(string name, IChatClient client)
    {
        // A second try would meet a server that is well: what the first came to would not be seen.
        var router = new Router(new RouterOptions { Retry = RetryOptions.None });
        router.AddProvider(new ChatClientProvider("wrapped", client));
        return new(name, true, () => ((IChatClient)router).GetStreamingResponseAsync("hi"));
    }

    private static IChatClient NewOpenAi(FakeOpenAiServer server) =>
        new OpenAIClient(
            new ApiKeyCredential("sk-fake"), new OpenAIClientOptions { Endpoint = server.BaseUrl, RetryPolicy = new ClientRetryPolicy(0) })
            .GetChatClient("m").AsIChatClient();
}
