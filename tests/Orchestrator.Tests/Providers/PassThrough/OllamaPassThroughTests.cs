using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.PassThrough;

/// <summary>Tools, images, forms of the answer and thoughts through the router and the provider for Ollama.</summary>
public class OllamaPassThroughTests
{
    private static readonly AIFunction Weather =
        AIFunctionFactory.Create((string city, int days = 1) => $"+{days} {city}", "weather", "Tells the weather.");

    private static readonly AIFunction Clock = AIFunctionFactory.Create(() => "noon", "clock");

    [Theory]
    [BothModes]
    public async Task Calls_go_through_one_and_several_at_once(bool streamed)
    {
        await using var served = Served.Ollama();
        FakeToolCall[] calls =
            [new("weather", """{"city":"Орёл","days":3}""", "a"), new("clock", "{}", "b"), new("weather", """{"city":"Псков"}""", "c")];
        foreach (var count in new[] { 1, 3 })
        {
            served.Server.Enqueue(new FakeReply("Смотрю.") { ToolCalls = calls[..count] });

            var answer = await served.AskAsync(streamed, new ChatOptions { Tools = [Weather, Clock] });

            served.Sent.GetProperty("stream").GetBoolean().Should().Be(streamed);
            served.Sent.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("function").GetProperty("name").GetString())
                .Should().Equal("weather", "clock");
            (answer.Text, answer.FinishReason).Should().Be(("Смотрю.", ChatFinishReason.ToolCalls));
            answer.All<FunctionCallContent>().Select(c => (c.CallId, c.Name, $"{c.Arguments!.Values.FirstOrDefault()}"))
                .Should().Equal(new[] { ("a", "weather", "Орёл"), ("b", "clock", ""), ("c", "weather", "Псков") }.Take(count));
        }
    }

    [Fact]
    public async Task Calls_may_come_one_to_a_line()
    {
        await using var served = Served.Ollama();
        served.Server.Enqueue(Fault.Stream("""
            {"message":{"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"index":0,"name":"weather","arguments":{"city":"Орёл"}}}]},"done":false}
            {"message":{"role":"assistant","content":"","tool_calls":[{"id":"b","function":{"index":1,"name":"weather","arguments":{"city":"Псков"}}}]},"done":false}
            {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}

            """));

        var answer = await served.AskAsync(streamed: true, new ChatOptions { Tools = [Weather] });

        answer.All<FunctionCallContent>().Select(c => (c.CallId, $"{c.Arguments!["city"]}")).Should().Equal(("a", "Орёл"), ("b", "Псков"));
        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
    }

    [Theory]
    [BothModes]
    public async Task FunctionInvokingChatClient_makes_the_whole_round(bool streamed)
    {
        await using var served = Served.Ollama();
        served.Server.Enqueue(new FakeReply("")
        {
            Reasoning = "Надо узнать.",
            ToolCalls = [new("weather", """{"city":"Орёл","days":3}""", "a"), new("clock", "{}", "b")]
        });
        served.Server.Enqueue(new FakeReply("Готово."));
        using var client = new FunctionInvokingChatClient(served.Client(streamed));

        var answer = await Sdk.SdkClients.AnswerAsync(
            client, streamed, [new(ChatRole.User, "?")], new ChatOptions { Tools = [Weather, Clock] });

        answer.Text.Should().Be("Готово.");
        served.SentMessages().Should().Equal(
            """{"role":"user","content":"?"}""",
            """{"role":"assistant","content":"","thinking":"Надо узнать.","tool_calls":[{"id":"a","function":"""
            + """{"name":"weather","arguments":{"city":"Орёл","days":3}}},{"id":"b","function":{"name":"clock","arguments":{}}}]}""",
            """{"role":"tool","content":"+3 Орёл","tool_name":"weather","tool_call_id":"a"}""",
            """{"role":"tool","content":"noon","tool_name":"clock","tool_call_id":"b"}""");
    }

    [Theory]
    [BothModes]
    public async Task A_history_of_several_turns_is_sent_as_it_was(bool streamed)
    {
        await using var served = Served.Ollama();

        await served.AskAsync(streamed, new ChatOptions { Instructions = "Кратко." },
            new(ChatRole.User, "Погода?"),
            new(ChatRole.Assistant, [new FunctionCallContent("a", "weather", new Dictionary<string, object?> { ["city"] = "Omsk" })]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "+20")]),
            new(ChatRole.Assistant, "+20."),
            new(ChatRole.User, "Спасибо"));

        served.SentMessages().Should().Equal(
            """{"role":"system","content":"Кратко."}""",
            """{"role":"user","content":"Погода?"}""",
            """{"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"name":"weather","arguments":{"city":"Omsk"}}}]}""",
            """{"role":"tool","content":"+20","tool_name":"weather","tool_call_id":"a"}""",
            """{"role":"assistant","content":"+20."}""",
            """{"role":"user","content":"Спасибо"}""");
    }

    [Theory]
    [BothModes]
    public async Task Images_go_beside_the_text_and_addresses_are_refused(bool streamed)
    {
        await using var served = Served.Ollama();
        byte[] image = [0x89, 0x50, 0x4E, 0x47, 0xFF];

        await served.AskAsync(
            streamed, null, new ChatMessage(ChatRole.User, [new TextContent("Что это?"), new DataContent(image, "image/png")]));

        served.SentMessages().Should().Equal($$"""{"role":"user","content":"Что это?","images":["{{Convert.ToBase64String(image)}}"]}""");
        var ask = () =>
            served.AskAsync(streamed, null, new ChatMessage(ChatRole.User, [new UriContent("https://example.com/a.png", "image/png")]));
        (await ask.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.NotSupported);
        served.Server.ChatCount.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task A_schema_is_sent_and_its_json_comes_back_untouched(bool streamed)
    {
        const string json = """{"city":"Орёл","days":[1,2]}""";
        await using var served = Served.Ollama();
        served.Server.Reply = new FakeReply(json);
        var schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""").RootElement;

        var answer = await served.AskAsync(
            streamed, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "place") });

        answer.Text.Should().Be(json);
        served.Sent.GetProperty("format").GetRawText().Should().Be(schema.GetRawText());
    }

    [Theory]
    [BothModes]
    public async Task Thoughts_come_back_apart_and_go_out_again_with_the_history(bool streamed)
    {
        await using var served = Served.Ollama();
        served.Server.Reply = new FakeReply("Четыре.") { Reasoning = "Два и два." };

        var answer = await served.AskAsync(
            streamed, new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } });

        answer.Text.Should().Be("Четыре.");
        string.Concat(answer.All<TextReasoningContent>().Select(r => r.Text)).Should().Be("Два и два.");
        served.Sent.GetProperty("think").GetString().Should().Be("high");

        await served.AskAsync(streamed, null, [new(ChatRole.User, "2+2?"), .. answer.Messages, new(ChatRole.User, "Точно?")]);

        served.SentMessages()[1].Should().Be("""{"role":"assistant","content":"Четыре.","thinking":"Два и два."}""");
    }
}
