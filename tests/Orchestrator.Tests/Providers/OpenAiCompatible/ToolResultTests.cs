using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.Http;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>Results of functions that are contents, as those of the Model Context Protocol, and calls that are sent again.</summary>
public class ToolResultTests
{
    private const string Image = "iVBORw0KGgoAAAANSUhEUg==";
    private const string Block = $$"""{"type":"image","data":"{{Image}}","mimeType":"image/png"}""";
    private static readonly DataContent Png = new(Convert.FromBase64String(Image), "image/png");

    public static TheoryData<string, object?, string, int> Results => new()
    {
        { "texts", new List<AIContent> { new TextContent("one"), new TextContent("two") }, "one\ntwo", 0 },
        { "one content", new TextContent("one"), "one", 0 },
        { "an image and its text", new AIContent[] { new TextContent("look"), Png }, "look", 1 },
        { "a result of the protocol", Json($$"""{"content":[{"type":"text","text":"look"},{{Block}}],"isError":false}"""), "look", 1 },
        { "blocks in a list", Json("""[{"type":"text","text":"a"},{"type":"text","text":"b"}]"""), "a\nb", 0 },
        { "a block", Json("""{"type":"text","text":"a"}"""), "a", 0 },
        { "a node", JsonNode.Parse("""{"content":[{"type":"text","text":"a"}]}"""), "a", 0 },
        { "an object of another library", new { content = new[] { new { type = "text", text = "a" } } }, "a", 0 },
        { "an embedded text", Json("""{"content":[{"type":"resource","resource":{"uri":"file:///a","text":"inside"}}]}"""), "inside", 0 },
        { "a link", Json("""{"content":[{"type":"resource_link","uri":"https://a.test/b","name":"b"}]}"""), "https://a.test/b", 0 },
        {
            "contents that were serialized",
            Json($$"""[{"$type":"text","text":"a"},{"$type":"data","uri":"data:image/png;base64,{{Image}}"}]"""),
            "a",
            1
        },
        { "a text file", new DataContent(System.Text.Encoding.UTF8.GetBytes("a,b"), "text/csv"), "a,b", 0 },
        { "other JSON", Json("""{"content":"x","type":"y"}"""), """{"content":"x","type":"y"}""", 0 },
        { "a list that is no list of blocks", Json("""[{"type":"text"},1]"""), """[{"type":"text"},1]""", 0 },
        { "a serialized result with an image", $$"""{"content":[{"type":"text","text":"look"},{{Block}}]}""", "look", 1 },
        { "a text that is JSON", """{"type":"text","text":"a"}""", """{"type":"text","text":"a"}""", 0 },
        { "a text that begins like JSON", "{\"type\" mimeType\"", "{\"type\" mimeType\"", 0 },
        { "a number", 12, "12", 0 },
        { "nothing", null, "", 0 },
    };

    [Theory]
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public async Task A_result_is_plain_text_and_its_images_follow(string what, object? result, string text, int images)
    {
        foreach (var vendor in new[] { "openai", "ollama" })
        {
            foreach (var streamed in new[] { true, false })
            {
                var body = await Written.Async(vendor, streamed, null, Round(new FunctionResultContent("c", result)));

                var messages = body.GetProperty("messages").EnumerateArray().ToList();
                messages[2].GetProperty("role").GetString().Should().Be("tool", what);
                messages[2].GetProperty("content").GetString().Should().Be(text, what);
                messages.Should().HaveCount(3 + images);
                body.GetRawText().Split(Image).Should().HaveCount(1 + images, "bytes are no text");
            }
        }
    }

    [Fact]
    public async Task Images_come_after_all_results_of_a_round_and_a_lone_one_is_announced()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "?"),
            new(ChatRole.Assistant, [new FunctionCallContent("a", "f"), new FunctionCallContent("b", "f")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", Png)]),
            new(ChatRole.Tool, [new FunctionResultContent("b", "two")]),
            new(ChatRole.Assistant, "Seen."),
        ];

        var body = await Written.OpenAiAsync(true, null, null, messages);

        body.Messages().Skip(2).Should().Equal(
            """{"role":"tool","tool_call_id":"a","content":"The result is an image; the next message shows it."}""",
            """{"role":"tool","tool_call_id":"b","content":"two"}""",
            $$$"""{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Image}}}"}}]}""",
            """{"role":"assistant","content":"Seen."}""");
    }

    [Theory]
    [BothModes]
    public async Task What_has_no_place_goes_to_the_provider_that_has_one(bool streamed)
    {
        AIContent[] contents =
        [
            new HostedFileContent("file-1"), new HostedVectorStoreContent("vs-1"), new DataContent(new byte[] { 1 }, "audio/wav"),
            new DataContent(new byte[] { 1 }, "application/pdf"), new UriContent("https://a.test/b.pdf", "application/pdf"), new Strange(),
        ];
        var requests = contents.Select(c => new[] { new ChatMessage(ChatRole.User, [new TextContent("read"), c]) })
            .Append(Round(new FunctionResultContent("c", new DataContent(new byte[] { 1 }, "audio/wav"))))
            .Append(Round(new FunctionResultContent("c", Json("""{"content":[{"type":"audio","data":"AQ==","mimeType":"audio/wav"}]}"""))));
        foreach (var vendor in new[] { "openai", "ollama" })
        {
            foreach (var messages in requests)
            {
                // The router also asks by GET whether the server is there.
                var sent = 0;
                using var handler = new OkHandler(vendor, (request, _) =>
                {
                    sent += request.Method == HttpMethod.Post ? 1 : 0;
                    return Task.CompletedTask;
                });
                using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
                await using var router = new Router(RoutingStrategy.FirstAvailable);
                router.AddProvider(Vendors.New(vendor, client));
                router.AddProvider(new MockProvider("next", options: new MockOptions { Reply = "read it" }));

                var answer = await Sdk.SdkClients.AnswerAsync(router, streamed, messages, null);

                answer.Text.Should().Be("read it");
                sent.Should().Be(0, "nothing was sent to {0} without {1}", vendor, messages[^1].Contents[^1].GetType().Name);
            }
        }
    }

    [Fact]
    public async Task An_image_of_a_result_is_refused_where_the_model_sees_none()
    {
        var ask = () => Written.OpenAiAsync(
            false, null, o => o.Capabilities = ProviderCapabilities.Tools, Round(new FunctionResultContent("c", Png)));

        (await ask.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.NotSupported);
    }

    [Fact]
    public async Task A_result_that_cannot_be_read_is_an_invalid_request()
    {
        var broken = Json("""{"content":[{"type":"image","data":"no base64!","mimeType":"image/png"}]}""");
        var ask = () => Written.OpenAiAsync(false, null, null, Round(new FunctionResultContent("c", broken)));

        (await ask.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("openai", false)]
    [InlineData("ollama", true)]
    [InlineData("ollama", false)]
    public async Task NaN_among_arguments_is_an_invalid_request(string vendor, bool streamed)
    {
        foreach (var value in new object[] { double.NaN, float.NegativeInfinity, new[] { double.NaN } })
        {
            ChatMessage[] messages =
            [
                new(ChatRole.User, "?"),
                new(ChatRole.Assistant, [new FunctionCallContent("c", "f", new Dictionary<string, object?> { ["x"] = value })]),
                new(ChatRole.Tool, [new FunctionResultContent("c", 1)]),
            ];
            using var handler = new OkHandler(vendor);
            using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
            await using var router = new Router(RoutingStrategy.FirstAvailable);
            router.AddProvider(Vendors.New(vendor, client));
            var ask = () => Sdk.SdkClients.AnswerAsync(router, streamed, messages, null);

            (await ask.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        }
    }

    [Theory]
    [BothModes]
    public async Task A_call_with_broken_arguments_goes_back_as_what_it_was(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(new FakeReply("") { ToolCalls = [new("f", """{"city":"Om""", "c")] });
        var answer = await wire.AnswerAsync(streamed, new ChatOptions { Tools = [AIFunctionFactory.Create((string city) => city, "f")] });
        var call = answer.Messages[0].Contents.OfType<FunctionCallContent>().Single();

        call.Exception.Should().NotBeNull();
        ChatMessage[] messages =
            [new(ChatRole.User, "?"), new(ChatRole.Assistant, [call]), new(ChatRole.Tool, [new FunctionResultContent("c", "no")])];
        var sent = (await Written.OpenAiAsync(streamed, null, null, messages)).GetProperty("messages")[1].GetProperty("tool_calls")[0];
        var arguments = JsonSerializer.Deserialize<JsonElement>(sent.GetProperty("function").GetProperty("arguments").GetString()!);
        arguments.GetProperty("invalid_arguments").GetString().Should().Be("""{"city":"Om""");
        (await Written.OllamaAsync(streamed, null, null, messages)).GetProperty("messages")[1].GetProperty("tool_calls")[0]
            .GetProperty("function").GetProperty("arguments").GetProperty("invalid_arguments").GetString().Should().Be("""{"city":"Om""");
    }

    [Theory]
    [InlineData("null", 0)]
    [InlineData("[]", 0)]
    [InlineData(" {} ", 0)]
    [InlineData("\"\"", 0)]
    [InlineData("\"{\\\"city\\\":\\\"Omsk\\\"}\"", 1)]
    public async Task Arguments_that_are_nothing_are_none(string arguments, int count)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var wire = new Wire();
            wire.Server.Enqueue(new FakeReply("") { ToolCalls = [new("f", arguments, "c")] });

            var answer = await wire.AnswerAsync(streamed, new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "f")] });

            var call = answer.Messages[0].Contents.OfType<FunctionCallContent>().Single();
            (call.Exception, call.Arguments!.Count).Should().Be((null, count));
        }
    }

    internal static ChatMessage[] Round(FunctionResultContent result) =>
    [
        new(ChatRole.User, "?"),
        new(ChatRole.Assistant, [new FunctionCallContent(result.CallId, "f")]),
        new(ChatRole.Tool, [result]),
    ];

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    private sealed class Strange : AIContent;
}
