using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Providers;

/// <summary>Our own providers answer the same, asked whole or as a stream, collected by the router or by its caller.</summary>
public sealed class CollectedVendorTests
{
    public static TheoryData<string> Vendors() => ["gigachat", "yandexgpt", "ollama", "openai"];

    public static FakeReply[] Replies =>
    [
        new("One answer of several words."),
        new("Three words here") { PromptTokens = 30, CompletionTokens = 12, CachedTokens = 7, ReasoningTokens = 4 },
        new("") { ToolCalls = [new("measure", """{"tree":"fir"}""")] },
        new("No numbers at all.") { Usage = UsageForm.Omitted },
    ];

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_collected_stream_equals_the_buffered_answer(string vendor)
    {
        foreach (var reply in Replies)
        {
            var (server, provider) = Make(vendor);
            await using var router = InOrder(null, provider);
            server.Reply = reply;
            var options = reply.ToolCalls.Count > 0
                ? new ChatOptions { Tools = [AIFunctionFactory.Create((string tree) => tree.Length, "measure")] }
                : null;
            var answer = await router.RouteAsync("what grows here?", options);
            var collected = await router.RouteStreamAsync("what grows here?", options).ToChatResponseAsync();
            Shape(collected).Should().Be(Shape(answer.Response), reply.ToString());
            (answer.Response.Usage!.InputTokenCount, answer.Response.Usage.OutputTokenCount, answer.Response.Usage.TotalTokenCount)
                .Should().Be((answer.Usage.PromptTokens, answer.Usage.CompletionTokens, answer.Usage.TotalTokens));
            await server.DisposeAsync();
        }
    }

    private static (FakeLlmServer Server, ILlmProvider Provider) Make(string vendor)
    {
        switch (vendor)
        {
            case "gigachat":
                var giga = new FakeGigaChatServer();
                return (giga, new GigaChatProvider("a", new GigaChatOptions
                {
                    Model = "GigaChat-2",
                    BaseUrl = giga.BaseUrl,
                    AuthUrl = giga.AuthUrl,
                    AuthorizationKey = giga.AuthorizationKey
                }));
            case "yandexgpt":
                var yandex = new FakeYandexGptServer();
                return (yandex, new YandexGptProvider("a", new YandexGptOptions
                {
                    Model = "yandexgpt-5-lite",
                    FolderId = "b1gpineforest0000000",
                    BaseUrl = yandex.BaseUrl,
                    ApiKey = "AQVNfake-key"
                }));
            case "ollama":
                var ollama = new FakeOllamaServer();
                return (ollama, new OllamaProvider("a", new OllamaOptions { Model = "llama3.2", BaseUrl = ollama.BaseUrl }));
            default:
                var openAi = new FakeOpenAiServer();
                return (openAi, new OpenAiCompatibleProvider(
                    "a", new OpenAiCompatibleOptions { Model = "gpt-4o-mini", BaseUrl = openAi.BaseUrl, ApiKey = "sk-fake" }));
        }
    }

    // Ids and moments are the server's, and differ from call to call.
    private static string Shape(ChatResponse r) =>
        $"{r.ModelId}|{r.FinishReason}|{r.ResponseId is null}|{r.CreatedAt is null}|"
        + $"{r.Usage?.InputTokenCount}+{r.Usage?.OutputTokenCount}={r.Usage?.TotalTokenCount}/"
        + $"{r.Usage?.CachedInputTokenCount ?? 0}/{r.Usage?.ReasoningTokenCount ?? 0}|"
        + string.Join(';', r.Messages.Select(m => $"{m.Role}/{m.MessageId is null}/{m.AuthorName}[{Shape(m.Contents)}]"));

    private static string Shape(IEnumerable<AIContent> contents) =>
        string.Join(',', contents.Select(c => c is TextContent t ? t.Text : c.GetType().Name));
}
