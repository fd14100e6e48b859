using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>What is sent, seen by a server that refuses what the vendor refuses.</summary>
public sealed class GigaChatRequestTests : IAsyncLifetime, IDisposable
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration(
        "weather", "Погода", JsonSerializer.Deserialize<JsonElement>("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    private readonly GigaChatCase _test = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    public void Dispose() => _test.Provider.Dispose();

    [Fact]
    public async Task Without_options_nothing_but_model_and_messages_is_sent()
    {
        await _test.SentAsync();
        _test.Server.LastRequest.Text
            .Should().Be("""{"model":"GigaChat-2","messages":[{"role":"user","content":"что растёт в тундре?"}]}""");
    }

    [Fact]
    public async Task System_messages_and_instructions_are_one_message_and_first()
    {
        var sent = await _test.SentAsync(
            new ChatOptions { Instructions = "A" }, new(ChatRole.User, "u1"), new(ChatRole.System, "B"), new(ChatRole.Assistant, "a1"),
            new(new ChatRole("developer"), "C"), new(ChatRole.User, "u2"));
        var messages = sent.GetProperty("messages").EnumerateArray()
            .Select(m => (m.GetProperty("role").GetString(), m.GetProperty("content").GetString()));
        messages.Should().Equal(("system", "A\n\nB\n\nC"), ("user", "u1"), ("assistant", "a1"), ("user", "u2"));
    }

    [Fact]
    public async Task Every_option_that_the_protocol_has_is_sent_and_no_other()
    {
        await using var test = new GigaChatCase(o =>
        {
            (o.RepetitionPenalty, o.UpdateInterval, o.ProfanityCheck) = (1.1f, TimeSpan.FromSeconds(0.5), true);
        });
        var options = new ChatOptions
        {
            Temperature = 0.7f,
            TopP = 0.9f,
            MaxOutputTokens = 512,
            TopK = 5,
            Seed = 7,
            PresencePenalty = 1,
            FrequencyPenalty = 1,
            StopSequences = ["\nX"],
            Reasoning = new ReasoningOptions { Effort = ReasoningEffort.ExtraHigh },
        };
        await test.AskAsync(streamed: true, options);
        var sent = test.Server.LastRequest.Json!.Value;
        sent.EnumerateObject().Select(p => $"{p.Name}={(p.Name == "messages" ? "…" : p.Value.GetRawText())}").Should().Equal(
            "model=\"GigaChat-2\"", "messages=…", "temperature=0.7", "top_p=0.9", "max_tokens=512", "repetition_penalty=1.1",
            "profanity_check=true",
            "reasoning_effort=\"high\"", "stream=true", "update_interval=0.5");
    }

    [Fact]
    public async Task A_temperature_of_zero_is_the_least_there_is()
    {
        (await _test.SentAsync(new ChatOptions { Temperature = 0 })).GetProperty("temperature").GetDouble().Should().Be(0.001);
        (await _test.FailAsync(streamed: true, new ChatOptions { Temperature = -1 })).Error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        (await _test.FailAsync(streamed: true, new ChatOptions { Temperature = float.NaN })).Error.Kind
            .Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Fact]
    public async Task Letters_are_sent_as_they_are()
    {
        await _test.SentAsync(new ChatOptions { Tools = [Weather] }, new ChatMessage(ChatRole.User, "Ёж <и> \"лиса\" & 🦊"));
        _test.Server.LastRequest.Text.Should().Contain("Ёж <и> \\\"лиса\\\" & ").And.Contain("Погода").And.NotContain("\\u04");
    }

    [Theory]
    [InlineData(null, "\"auto\"")]
    [InlineData("auto", "\"auto\"")]
    [InlineData("none", "\"none\"")]
    [InlineData("any", """{"name":"weather"}""")]
    [InlineData("weather", """{"name":"weather"}""")]
    public async Task Tools_are_functions_and_their_mode_is_said(string? mode, string expected)
    {
        var sent = await _test.SentAsync(new ChatOptions
        {
            Tools = [Weather],
            ToolMode = mode switch
            {
                null => null,
                "auto" => ChatToolMode.Auto,
                "none" => ChatToolMode.None,
                "any" =>
                ChatToolMode.RequireAny,
                _ => ChatToolMode.RequireSpecific(mode)
            },
        });
        sent.GetProperty("functions").GetRawText().Should().Be(
            """[{"name":"weather","description":"Погода","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}]""");
        sent.GetProperty("function_call").GetRawText().Should().Be(expected);
    }

    [Fact]
    public async Task Any_of_several_functions_and_tools_that_are_none_cannot_be_asked_for()
    {
        var other = AIFunctionFactory.CreateDeclaration("other", "", Weather.JsonSchema);
        (await _test.FailAsync(streamed: true, new ChatOptions { Tools = [Weather, other], ToolMode = ChatToolMode.RequireAny })).Error.Kind
            .Should().Be(LlmErrorKind.NotSupported);
        (await _test.FailAsync(streamed: true, new ChatOptions { Tools = [new HostedWebSearchTool()] })).Error.Kind
            .Should().Be(LlmErrorKind.NotSupported);
        _test.Server.Requests.Should().BeEmpty("not even a token is asked for");
    }

    [Fact]
    public async Task A_call_its_state_and_its_result_go_back_as_the_vendor_wants_them()
    {
        var call = new FunctionCallContent("c1", "weather", new Dictionary<string, object?> { ["city"] = "Тверь" })
        {
            AdditionalProperties = new() { ["functions_state_id"] = "state-1" }
        };
        await _test.SentAsync(null, new(ChatRole.User, "?"), new(ChatRole.Assistant, [call]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", """{"t":-3}""")]));
        _test.Server.LastRequest.Text.Should().Contain(
            """{"role":"assistant","content":"","function_call":{"name":"weather","arguments":{"city":"Тверь"}}"""
            + ""","functions_state_id":"state-1"},{"role":"function","name":"weather","content":"{\"t\":-3}"}""");
    }

    [Theory]
    [InlineData("sunny", """{"result":"sunny"}""")]
    [InlineData("[1,2]", """{"result":[1,2]}""")]
    [InlineData("42", """{"result":42}""")]
    [InlineData("""{"a":1}""", """{"a":1}""")]
    [InlineData("{broken", """{"result":"{broken"}""")]
    [InlineData("", """{"result":""}""")]
    [InlineData(null, """{"result":""}""")]
    public async Task A_result_is_always_the_text_of_an_object(string? result, string expected)
    {
        var sent = await _test.SentAsync(null, new(ChatRole.User, "?"), new(ChatRole.Assistant, [new FunctionCallContent("c", "f")]),
            new(ChatRole.Tool, [new FunctionResultContent("c", result)]));
        sent.GetProperty("messages")[2].GetProperty("content").GetString().Should().Be(expected);
    }

    [Fact]
    public async Task Objects_of_the_callers_are_written_with_their_letters()
    {
        var sent = await _test.SentAsync(null, new(ChatRole.User, "?"), new(ChatRole.Assistant, [new FunctionCallContent("c", "f")]),
            new(ChatRole.Tool, [new FunctionResultContent(
                "c", JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["город"] = "Тверь" }))]));
        sent.GetProperty("messages")[2].GetProperty("content").GetString().Should().Be("""{"город":"Тверь"}""");
    }

    [Fact]
    public async Task Several_calls_of_another_models_turn_are_told_one_by_one()
    {
        var sent = await _test.SentAsync(null, new(ChatRole.User, "?"),
            new(ChatRole.Assistant, [new TextContent("hm"), new FunctionCallContent("1", "f"), new FunctionCallContent("2", "g")]),
            new(ChatRole.Tool, [new FunctionResultContent("1", "a"), new FunctionResultContent("2", "b")]), new(ChatRole.User, "and?"));
        sent.GetProperty("messages").EnumerateArray().Select(m => $"{m.GetProperty("role")}:{m.GetProperty("content")}").Should().Equal(
            "user:?", "assistant:hm", """function:{"result":"a"}""", "assistant:", """function:{"result":"b"}""", "user:and?");
    }

    [Fact]
    public async Task Turns_whose_calls_bear_the_same_ids_keep_their_functions_and_results_apart()
    {
        // Vendors without ids, this one too, make every answer's first call "call_1".
        var sent = await _test.SentAsync(null, new(ChatRole.User, "?"),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "measure"), new FunctionCallContent("call_2", "age")]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "12 m"), new FunctionResultContent("call_2", "90")]),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "plant")]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "ok")]),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "water"), new FunctionCallContent("call_2", "feed")]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "wet")]),
            new(ChatRole.Tool, [new FunctionResultContent("call_2", "fed")]));
        sent.GetProperty("messages").EnumerateArray().Skip(1)
            .Select(m => m.TryGetProperty("function_call", out var call)
                ? $"{call.GetProperty("name")}()"
                : $"{m.GetProperty("name")}={m.GetProperty("content")}")
            .Should().Equal(
                "measure()", """measure={"result":"12 m"}""", "age()", """age={"result":90}""", "plant()", """plant={"result":"ok"}""",
                "water()", """water={"result":"wet"}""", "feed()", """feed={"result":"fed"}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_schema_is_sent_flat(bool withSchema)
    {
        var schema = JsonSerializer.Deserialize<JsonElement>("""{"type":"object","properties":{"x":{"type":"integer"}}}""");
        var sent = await _test.SentAsync(
            new ChatOptions { ResponseFormat = withSchema ? ChatResponseFormat.ForJsonSchema(schema, "n") : ChatResponseFormat.Json });
        sent.GetProperty("response_format").GetRawText().Should().Be(withSchema
            ? """{"type":"json_schema","schema":{"type":"object","properties":{"x":{"type":"integer"}}},"strict":true}"""
            : """{"type":"json_schema","schema":{"type":"object","properties":{}},"strict":false}""");
    }

    [Fact]
    public async Task Files_go_by_their_ids_and_nothing_else_does()
    {
        var sent = await _test.SentAsync(
            null, new ChatMessage(ChatRole.User, [new TextContent("what is it?"), new HostedFileContent("file-1")]));
        sent.GetProperty("messages")[0].GetProperty("attachments").GetRawText().Should().Be("""["file-1"]""");
        var asked = _test.Server.Requests.Count;
        foreach (var content in new AIContent[]
        {
            new DataContent(new byte[] { 1 }, "image/png"), new UriContent("https://host/i.png", "image/png")
        })
        {
            var (_, error) = await _test.FailAsync(streamed: true, null, new ChatMessage(ChatRole.User, [content]));
            error.Kind.Should().Be(LlmErrorKind.NotSupported);
            error.Message.Should().Contain("HostedFileContent");
        }

        _test.Server.Requests.Should().HaveCount(asked);
    }

    [Fact]
    public async Task The_session_of_the_request_wins_over_the_providers()
    {
        await using var test = new GigaChatCase(o =>
        {
            o.SessionId = "of-the-provider";
            o.Headers["X-Client-ID"] = "client-7";
        });
        await test.AskAsync(streamed: false);
        (test.Server.LastRequest.Header("X-Session-ID"), test.Server.LastRequest.Header("X-Client-ID"))
            .Should().Be(("of-the-provider", "client-7"));
        await test.AskAsync(
            streamed: false, new ChatOptions { AdditionalProperties = new() { [GigaChatProvider.SessionIdProperty] = "of-the-request" } });
        test.Server.LastRequest.Header("X-Session-ID").Should().Be("of-the-request");
        var (_, error) = await test.FailAsync(
            streamed: false, new ChatOptions { AdditionalProperties = new() { [GigaChatProvider.SessionIdProperty] = "a\r\nX: y" } });
        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Fact]
    public async Task A_role_that_the_vendor_does_not_know_is_refused_by_name() =>
        (await _test.FailAsync(streamed: true, null, new ChatMessage(new ChatRole("narrator"), "x"))).Error.Message
            .Should().Contain("narrator");
}
