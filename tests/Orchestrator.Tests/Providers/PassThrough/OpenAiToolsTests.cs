using Microsoft.Extensions.AI;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.PassThrough;

/// <summary>Tools through the router and the OpenAI-compatible provider.</summary>
public class OpenAiToolsTests
{
    private static readonly AIFunction Weather =
        AIFunctionFactory.Create((string city, int days = 1) => $"+{days} {city}", "weather", "Tells the weather.");

    private static readonly AIFunction Clock = AIFunctionFactory.Create(() => "noon", "clock");

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 11)]
    [InlineData(false, 1)]
    public async Task One_call_goes_through_with_its_tool_and_its_arguments_in_any_number_of_pieces(bool streamed, int pieces)
    {
        await using var served = Served.OpenAi();
        served.Server.Reply =
            new FakeReply("Смотрю.") { ToolCalls = [new("weather", """{"city":"Орёл","days":3}""", "call_a")], ToolCallParts = pieces };

        var answer = await served.AskAsync(streamed, new ChatOptions { Tools = [Weather] });

        var offered = served.Sent.GetProperty("tools").EnumerateArray().Should().ContainSingle().Subject;
        offered.GetProperty("type").GetString().Should().Be("function");
        var function = offered.GetProperty("function");
        function.GetProperty("name").GetString().Should().Be("weather");
        function.GetProperty("description").GetString().Should().Be("Tells the weather.");
        function.GetProperty("parameters").GetProperty("required").EnumerateArray().Select(r => r.GetString()).Should().Equal("city");
        served.Sent.TryGetProperty("tool_choice", out _).Should().BeFalse();
        served.Sent.TryGetProperty("stream", out _).Should().Be(streamed);

        answer.Text.Should().Be("Смотрю.");
        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        var call = answer.All<FunctionCallContent>().Should().ContainSingle().Subject;
        (call.CallId, call.Name, $"{call.Arguments!["city"]}", $"{call.Arguments["days"]}").Should().Be(("call_a", "weather", "Орёл", "3"));
        call.Exception.Should().BeNull();
    }

    [Theory]
    [BothModes]
    public async Task Parallel_calls_keep_their_order_ids_and_arguments(bool streamed)
    {
        await using var served = Served.OpenAi();
        served.Server.Reply = new FakeReply("")
        {
            ToolCalls = [new("weather", """{"city":"Орёл"}""", "call_a"), new("clock", "{}", "call_b"),
                new("weather", """{"city":"Псков"}""", "call_c")],
            ToolCallParts = 4,
        };

        var answer = await served.AskAsync(streamed, new ChatOptions { Tools = [Weather, Clock], AllowMultipleToolCalls = true });

        served.Sent.GetProperty("parallel_tool_calls").GetBoolean().Should().BeTrue();
        served.Sent.GetProperty("tools").GetArrayLength().Should().Be(2);
        answer.All<FunctionCallContent>().Select(c => (c.CallId, c.Name, $"{c.Arguments!.Values.FirstOrDefault()}"))
            .Should().Equal(("call_a", "weather", "Орёл"), ("call_b", "clock", ""), ("call_c", "weather", "Псков"));
    }

    [Fact]
    public async Task Pieces_of_parallel_calls_may_come_interleaved()
    {
        await using var served = Served.OpenAi();
        string[] calls =
        [
            """{"index":0,"id":"a","type":"function","function":{"name":"weather","arguments":"{\"ci"}},"""
            + """{"index":1,"id":"b","type":"function","function":{"name":"weather","arguments":""}}""",
            """{"index":1,"function":{"arguments":"{\"city\":\"Пс"}}""",
            """{"index":0,"function":{"arguments":"ty\":\"Орёл\"}"}}""",
            """{"index":1,"function":{"arguments":"ков\"}"}}""",
        ];
        served.Server.Enqueue(
            Fault.Stream(string.Concat(calls.Select(c => "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" + c + "]}}]}\n\n"))
                + """data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""" + "\n\ndata: [DONE]\n\n"));

        var answer = await served.AskAsync(streamed: true, new ChatOptions { Tools = [Weather] });

        answer.All<FunctionCallContent>().Select(c => (c.CallId, $"{c.Arguments!["city"]}")).Should().Equal(("a", "Орёл"), ("b", "Псков"));
    }

    public static TheoryData<ChatToolMode, string> Modes => new()
    {
        { ChatToolMode.None, "\"none\"" },
        { ChatToolMode.Auto, "\"auto\"" },
        { ChatToolMode.RequireAny, "\"required\"" },
        { ChatToolMode.RequireSpecific("clock"), """{"type":"function","function":{"name":"clock"}}""" },
    };

    [Theory]
    [MemberData(nameof(Modes), DisableDiscoveryEnumeration = true)]
    public async Task Whether_a_tool_must_be_called_is_sent(ChatToolMode mode, string sent)
    {
        await using var served = Served.OpenAi();

        foreach (var streamed in new[] { true, false })
        {
            await served.AskAsync(streamed, new ChatOptions { Tools = [Weather, Clock], ToolMode = mode });
            served.Sent.GetProperty("tool_choice").GetRawText().Should().Be(sent);
        }
    }

    [Theory]
    [BothModes]
    public async Task A_history_of_several_turns_is_sent_as_it_was(bool streamed)
    {
        await using var served = Served.OpenAi();
        ChatMessage[] history =
        [
            new(ChatRole.System, "Кратко."),
            new(ChatRole.User, "Погода?"),
            new(ChatRole.Assistant, [new FunctionCallContent("a", "weather",
                new Dictionary<string, object?> { ["city"] = "Omsk", ["days"] = 2 }), new FunctionCallContent("b", "clock")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "+20"), new FunctionResultContent("b", 12)]),
            new(ChatRole.Assistant, [new TextContent("+20 "), new TextContent("at noon"), new FunctionCallContent("c", "clock")]),
            new(ChatRole.Tool, [new FunctionResultContent("c", null)]),
            new(ChatRole.Assistant, "Всё."),
            new(ChatRole.User, "Спасибо"),
        ];

        (await served.AskAsync(streamed, null, history)).Text.Should().NotBeEmpty();

        served.SentMessages().Should().Equal(
            """{"role":"system","content":"Кратко."}""",
            """{"role":"user","content":"Погода?"}""",
            """{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":"""
            + """{"name":"weather","arguments":"{\"city\":\"Omsk\",\"days\":2}"}},{"id":"b","type":"function","function":"""
            + """{"name":"clock","arguments":"{}"}}]}""",
            """{"role":"tool","tool_call_id":"a","content":"+20"}""",
            """{"role":"tool","tool_call_id":"b","content":"12"}""",
            """{"role":"assistant","content":"+20 at noon","tool_calls":[{"id":"c","type":"function","function":"""
            + """{"name":"clock","arguments":"{}"}}]}""",
            """{"role":"tool","tool_call_id":"c","content":""}""",
            """{"role":"assistant","content":"Всё."}""",
            """{"role":"user","content":"Спасибо"}""");
    }

    [Theory]
    [BothModes]
    public async Task FunctionInvokingChatClient_makes_the_whole_round(bool streamed)
    {
        await using var served = Served.OpenAi();
        served.Server.Enqueue(
            new FakeReply("") { ToolCalls = [new("weather", """{"city":"Орёл","days":3}""", "a"), new("clock", "{}", "b")] });
        served.Server.Enqueue(new FakeReply("Готово."));
        using var client = new FunctionInvokingChatClient(served.Client(streamed));

        var answer = await Sdk.SdkClients.AnswerAsync(
            client, streamed, [new(ChatRole.User, "?")], new ChatOptions { Tools = [Weather, Clock] });

        answer.Text.Should().Be("Готово.");
        served.SentMessages().Skip(2).Should().Equal(
            """{"role":"tool","tool_call_id":"a","content":"+3 Орёл"}""",
            """{"role":"tool","tool_call_id":"b","content":"noon"}""");
    }

    [Fact]
    public async Task What_is_said_beside_a_result_is_the_users()
    {
        // A message of the role "tool" without the id of a call is refused.
        await using var served = Served.OpenAi();
        await served.AskAsync(
            streamed: false, null, new(ChatRole.User, "how tall?"), new(ChatRole.Assistant, [new FunctionCallContent("c", "measure")]),
            new(ChatRole.Tool, [new FunctionResultContent("c", "12"), new TextContent("in metres")]));
        served.SentMessages().TakeLast(2).Should().Equal(
            """{"role":"tool","tool_call_id":"c","content":"12"}""", """{"role":"user","content":"in metres"}""");
    }
}
