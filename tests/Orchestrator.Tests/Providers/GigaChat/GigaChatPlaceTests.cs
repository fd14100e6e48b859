using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>What has a place in the protocol reaches the vendor; what has none is refused before anything is sent, and asked
/// elsewhere.</summary>
public sealed class GigaChatPlaceTests : IAsyncLifetime, IDisposable
{
    private readonly GigaChatCase _test = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    public void Dispose() => _test.Provider.Dispose();

    [Fact]
    public async Task Files_go_by_their_ids_beside_texts_and_calls()
    {
        var sent = await _test.SentAsync(
            null,
            new(ChatRole.User, [new TextContent("раз"), new HostedFileContent("f1"), new TextContent("два")]),
            new(ChatRole.Assistant, [new HostedFileContent("f2"), new FunctionCallContent("1", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", "вижу")]));
        sent.GetProperty("messages").EnumerateArray().Select(m => m.GetRawText()).Should().Equal(
            """{"role":"user","content":"раз\nдва","attachments":["f1"]}""",
            """{"role":"assistant","content":"","function_call":{"name":"look","arguments":{}},"attachments":["f2"]}""",
            """{"role":"function","name":"look","content":"{\"result\":\"вижу\"}"}""");
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
            [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")])],
            [new(ChatRole.User, [new HostedVectorStoreContent("v")])],
            [new(ChatRole.System, [new TextContent("s"), new HostedFileContent("f")]), new(ChatRole.User, "?")],
            [new(ChatRole.User, [.. Enumerable.Range(0, 11).Select(i => new HostedFileContent($"f{i}"))])],
            [
                new(ChatRole.User, "?"), new(ChatRole.Assistant, [new FunctionCallContent("1", "look")]),
                new(ChatRole.Tool, [new FunctionResultContent("1", new AIContent[] { new TextContent("see"), image })]),
            ],
        ];
        foreach (var messages in requests)
        {
            (await _test.FailAsync(streamed, null, messages)).Error.Kind.Should().Be(LlmErrorKind.NotSupported);
            await using var router = ChatSurface.InOrder(null, _test.Provider, FakeProvider.Answering("next", "whole"));
            (await router.RouteAsync(GigaChatCase.Request(streamed, null, messages))).Text.Should().Be("whole");
        }

        _test.Server.ChatCount.Should().Be(0);
    }

    [Fact]
    public async Task A_result_of_texts_is_plain_text()
    {
        var sent = await _test.SentAsync(
            null,
            new(ChatRole.Assistant, [new FunctionCallContent("1", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", new AIContent[] { new TextContent("a"), new TextContent("b") })]));
        sent.GetProperty("messages")[1].GetProperty("content").GetString().Should().Be("""{"result":"a\nb"}""");
    }

    [Fact]
    public async Task A_turn_that_says_nothing_is_left_out_and_names_of_people_are_not_sent()
    {
        var sent = await _test.SentAsync(
            null,
            new(ChatRole.User, "a") { AuthorName = "Ёж и лиса" }, new(ChatRole.Assistant, ""), new(ChatRole.Assistant, []),
            new(ChatRole.Assistant, [new TextReasoningContent("хм")]), new(ChatRole.User, "b"));
        sent.GetProperty("messages").GetRawText()
            .Should().Be("""[{"role":"user","content":"a"},{"role":"user","content":"b"}]""");
    }

    [Fact]
    public async Task Arguments_that_JSON_cannot_hold_are_told_and_broken_ones_go_back()
    {
        ChatMessage[] History(FunctionCallContent call) =>
            [new(ChatRole.User, "?"), new(ChatRole.Assistant, [call]), new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "no")])];
        var nan = new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["x"] = double.NaN });
        (await _test.FailAsync(streamed: true, null, History(nan))).Error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        _test.Server.Enqueue(Fault.Body(
            """
            {"choices":[{"message":{"role":"assistant","content":"","function_call":{"name":"f","arguments":"{\"x\":"}},"index":0,
             "finish_reason":"function_call"}]}
            """));
        var answer = await _test.AskAsync(streamed: false);
        var call = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Subject;
        call.Exception.Should().NotBeNull();
        var sent = await _test.SentAsync(null, History(call));
        sent.GetProperty("messages")[1].GetProperty("function_call").GetProperty("arguments").GetRawText().Should().Contain("\\\"x\\\":");
    }

    [Theory]
    [BothModes]
    public async Task A_function_with_the_name_of_the_vendors_own_search_is_called_by_its_name(bool streamed)
    {
        var options = new ChatOptions
        {
            Tools = [AIFunctionFactory.Create((string q) => "нашёл " + q, "web_search")],
            ToolMode = ChatToolMode.RequireSpecific("web_search"),
        };
        _test.Server.Enqueue(new FakeReply("") { ToolCalls = [new("user_web_search", """{"q":"ёж"}""")] });
        var answer = await _test.AskAsync(streamed, options);
        var call = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Subject;
        call.Name.Should().Be("web_search");
        await _test.AskAsync(streamed, options, [
            new(ChatRole.User, "?"), .. answer.Messages, new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "да")])]);
        _test.Server.LastRequest.Text.Should().NotContain("\"web_search\"").And.Contain("\"name\":\"user_web_search\"");
    }

    [Fact]
    public async Task The_vendors_own_options_reach_it()
    {
        await using var test = new GigaChatCase(o =>
        {
            (o.RepetitionPenalty, o.UpdateInterval) = (1.1f, TimeSpan.FromSeconds(1));
            o.ExtraBody = new JsonObject
            {
                ["flags"] = new JsonArray("a"),
                ["temperature"] = 2,
                ["stream"] = true,
                ["repetition_penalty"] = 9,
            };
        });
        var options = new ChatOptions
        {
            Temperature = 0.5f,
            AdditionalProperties = new()
            {
                ["repetition_penalty"] = 1.3,
                ["profanity_check"] = false,
                ["chat_template_kwargs"] = new { a = 1 },
                ["model"] = "x",
                ["storage"] = new Dictionary<string, object> { ["is_stateful"] = true },
            },
        };
        var sent = await test.SentAsync(options);
        sent.EnumerateObject().Where(p => p.Name != "messages").Select(p => $"{p.Name}={p.Value.GetRawText()}").Should().Equal(
            "model=\"GigaChat-2\"", "temperature=0.5", "repetition_penalty=1.3", "profanity_check=false",
            "storage={\"is_stateful\":true}", "flags=[\"a\"]");
    }

    [Fact]
    public async Task Examples_of_a_function_go_with_it()
    {
        var function = AIFunctionFactory.Create((string q) => q, new AIFunctionFactoryOptions
        {
            Name = "f",
            AdditionalProperties = new Dictionary<string, object?>
            {
                ["few_shot_examples"] = JsonNode.Parse("""[{"request":"ёж?","params":{"q":"ёж"}}]"""),
            },
        });
        var sent = await _test.SentAsync(new ChatOptions { Tools = [function] });
        sent.GetProperty("functions")[0].GetProperty("few_shot_examples").GetRawText()
            .Should().Be("""[{"request":"ёж?","params":{"q":"ёж"}}]""");
        sent.GetProperty("functions")[0].GetProperty("description").GetString().Should().Be("");
    }
}
