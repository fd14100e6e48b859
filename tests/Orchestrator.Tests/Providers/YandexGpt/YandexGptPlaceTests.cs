using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>What has a place in the protocol reaches Yandex; what has none is refused before anything is sent, and asked
/// elsewhere.</summary>
public sealed class YandexGptPlaceTests : IAsyncLifetime, IDisposable
{
    private readonly YandexGptCase _test = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    public void Dispose() => _test.Provider.Dispose();

    [Theory]
    [BothModes]
    public async Task An_ordinary_function_of_dotnet_is_called(bool streamed)
    {
        var (function, calls) = OrdinaryFunction.New();
        _test.Server.Enqueue(new FakeReply("") { ToolCalls = [new("forecast", OrdinaryFunction.Arguments)] });
        _test.Server.Enqueue(new FakeReply("Тепло."));
        await using var router = ChatSurface.InOrder(null, _test.Provider);
        using var client = ((IChatClient)router).AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [function] };
        var answer = streamed
            ? await client.GetStreamingResponseAsync("?", options).ToChatResponseAsync()
            : await client.GetResponseAsync("?", options);
        answer.Text.Should().Be("Тепло.");
        calls.Should().Equal(OrdinaryFunction.Called);
    }

    [Theory]
    [BothModes]
    public async Task What_has_no_place_is_asked_of_the_next_provider(bool streamed)
    {
        var image = new DataContent(new byte[] { 1, 2 }, "image/png");
        ChatMessage[][] requests =
        [
            [new(ChatRole.User, [new TextContent("?"), image])],
            [new(ChatRole.User, [new TextContent("?"), new UriContent("https://example.com/a.png", "image/png")])],
            [new(ChatRole.User, [new TextContent("?"), new HostedFileContent("f")])],
            [new(ChatRole.User, [new TextContent("?"), new HostedVectorStoreContent("v")])],
            [new(ChatRole.System, [new TextContent("s"), new HostedFileContent("f")]), new(ChatRole.User, "?")],
            [
                new(ChatRole.User, "?"), new(ChatRole.Assistant, [new FunctionCallContent("1", "look")]),
                new(ChatRole.Tool, [new FunctionResultContent("1", new AIContent[] { new TextContent("see"), image })]),
            ],
        ];
        foreach (var messages in requests)
        {
            (await _test.FailAsync(streamed, null, messages)).Error.Kind.Should().Be(LlmErrorKind.NotSupported);
            await using var router = ChatSurface.InOrder(null, _test.Provider, FakeProvider.Answering("next", "whole"));
            (await router.RouteAsync(YandexGptCase.Request(streamed, null, messages))).Text.Should().Be("whole");
        }

        _test.Server.ChatCount.Should().Be(0);
    }

    [Fact]
    public async Task Texts_of_one_message_do_not_run_together_and_results_of_texts_are_plain()
    {
        var sent = await _test.SentAsync(
            null,
            new(ChatRole.User, [new TextContent("раз"), new TextContent("два")]) { AuthorName = "Ёж" },
            new(ChatRole.Assistant, [new TextReasoningContent("хм")]),
            new(ChatRole.Assistant, [new FunctionCallContent("1", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", new AIContent[] { new TextContent("a"), new TextContent("b") })]));
        sent.GetProperty("messages").EnumerateArray().Select(m => m.GetRawText()).Should().Equal(
            """{"role":"user","text":"раз\nдва"}""",
            """{"role":"assistant","toolCallList":{"toolCalls":[{"functionCall":{"name":"look","arguments":{}}}]}}""",
            """{"role":"user","toolResultList":{"toolResults":[{"functionResult":{"name":"look","content":"a\nb"}}]}}""");
    }

    [Fact]
    public async Task Fields_of_the_settings_are_added_and_those_of_a_request_for_other_vendors_are_not()
    {
        await using var test = new YandexGptCase(o => o.ExtraBody = new JsonObject { ["parallelToolCalls"] = true, ["messages"] = 1 });
        var sent = await test.SentAsync(new ChatOptions { TopK = 5, AdditionalProperties = new() { ["min_p"] = 0.1 } });
        sent.EnumerateObject().Select(p => p.Name).Should().Equal("modelUri", "completionOptions", "messages", "parallelToolCalls");
    }

    [Theory]
    [BothModes]
    public async Task Calls_have_ids_that_stay_unique_in_a_conversation(bool streamed)
    {
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            _test.Server.Enqueue(new FakeReply("") { ToolCalls = [new("a", "{}"), new("b", "{}")] });
            ids.AddRange((await _test.AskAsync(streamed)).Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>()
                .Select(c => c.CallId));
        }

        ids.Should().HaveCount(4).And.OnlyHaveUniqueItems().And.OnlyContain(id => id.Length == 9 && id.All(char.IsAsciiLetterOrDigit));
    }

    [Theory]
    [InlineData("FAILED", "Ель", LlmErrorKind.ServerError)]
    [InlineData("INTERNAL_ERROR", "", LlmErrorKind.ServerError)]
    [InlineData("EUREKA", "", LlmErrorKind.MalformedResponse)]
    [InlineData("TOOL_CALL_PARSE_ERROR", "", LlmErrorKind.MalformedResponse)]
    [InlineData("EUREKA", "Ель", null)]
    public async Task A_status_that_means_failure_or_nothing_known_is_no_answer(string status, string said, LlmErrorKind? kind)
    {
        var body = YandexGptCase.Line(said, status);
        foreach (var streamed in new[] { true, false })
        {
            _test.Server.Enqueue(streamed ? Fault.Stream(body + "\n") : Fault.Body(body));
            if (kind is null)
            {
                var answer = await _test.AskAsync(streamed);
                (answer.Text, answer.FinishReason).Should().Be((said, new ChatFinishReason("eureka")));
                continue;
            }

            var (text, error) = await _test.FailAsync(streamed);
            error.Kind.Should().Be(kind);
            if (streamed)
                text.Should().Be(said);
        }
    }
}
