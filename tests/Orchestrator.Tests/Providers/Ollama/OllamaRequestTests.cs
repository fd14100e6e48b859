using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>What is sent for which request.</summary>
public class OllamaRequestTests
{
    [Theory]
    [BothModes]
    public async Task Whether_to_stream_is_always_said(bool streamed)
    {
        await using var test = new OllamaCase();
        await test.AskAsync(streamed);
        var request = test.Server.LastRequest;
        (request.Method, request.Path, request.Json!.Value.GetProperty("stream").GetBoolean()).Should().Be(("POST", "/api/chat", streamed));
        request.Header("Content-Type").Should().Be("application/json");
        request.Header("User-Agent").Should().NotBeNullOrEmpty();
        request.Header("Authorization").Should().BeNull();
    }

    [Theory]
    [InlineData("api")]
    [InlineData("api/")]
    public async Task An_address_may_end_with_what_all_paths_begin_with(string end)
    {
        await using var server = new FakeOllamaServer();
        using var provider = new OllamaProvider("ollama", new OllamaOptions { Model = "m", BaseUrl = new Uri(server.BaseUrl, end) });
        await provider.ReadAsync(new LlmRequest("hi"));
        server.LastRequest.Path.Should().Be("/api/chat");
    }

    [Fact]
    public async Task A_plain_request_sends_nothing_but_model_messages_and_stream()
    {
        await using var test = new OllamaCase();
        var sent = await test.SentAsync(null, new ChatMessage(ChatRole.System, "Быть кратким."), new ChatMessage(ChatRole.User, "hi"));
        sent.EnumerateObject().Select(p => p.Name).Should().Equal("model", "messages", "stream");
        sent.GetProperty("messages").GetRawText()
            .Should().Be("""[{"role":"system","content":"Быть кратким."},{"role":"user","content":"hi"}]""");
    }

    [Fact]
    public async Task Options_go_under_the_names_the_server_knows()
    {
        await using var test = new OllamaCase(o =>
        {
            o.ContextLength = 8192;
            o.ModelOptions["repeat_penalty"] = 1.1;
        });
        var sent = await test.SentAsync(new ChatOptions
        {
            MaxOutputTokens = 33,
            Temperature = 0.7f,
            TopP = 0.95f,
            TopK = 20,
            PresencePenalty = 0.1f,
            FrequencyPenalty = -0.2f,
            Seed = 1234567890123,
            StopSequences = ["###", "Ж"],
        });
        sent.GetProperty("options").GetRawText().Should().Be(
            """{"num_ctx":8192,"num_predict":33,"temperature":0.7,"top_p":0.95,"top_k":20,"presence_penalty":0.1,"frequency_penalty":-0.2"""
            + ""","seed":1234567890123,"repeat_penalty":1.1,"stop":["###","Ж"]}""");
    }

    [Fact]
    public async Task What_the_request_says_goes_before_the_models_own_options()
    {
        await using var test = new OllamaCase(o =>
        {
            o.ModelOptions["temperature"] = 0.2;
            o.ModelOptions["num_predict"] = 5;
        });
        (await test.SentAsync(new ChatOptions { Temperature = 1 })).GetProperty("options").GetRawText()
            .Should().Be("""{"temperature":1,"num_predict":5}""");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task Numbers_that_are_none_are_the_requests_fault(float temperature)
    {
        await using var test = new OllamaCase();
        var (_, error) = await test.Provider.FailAsync(OllamaCase.Request(streamed: true, new ChatOptions { Temperature = temperature }));
        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        error.Message.Should().Contain("temperature");
        test.Server.ChatCount.Should().Be(0);
    }

    [Fact]
    public async Task The_largest_number_is_sent()
    {
        await using var test = new OllamaCase();
        (await test.SentAsync(new ChatOptions { Temperature = float.MaxValue })).GetProperty("options").GetProperty("temperature")
            .GetSingle().Should().Be(float.MaxValue);
    }

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(90_000, "90000ms")]
    [InlineData(-1, "-1s")]
    public async Task How_long_the_model_stays_is_a_duration(int milliseconds, string said)
    {
        await using var test = new OllamaCase(o => o.KeepAlive = TimeSpan.FromMilliseconds(milliseconds));
        (await test.SentAsync(null)).GetProperty("keep_alive").GetString().Should().Be(said);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(true, null, "true")]
    [InlineData(false, null, "false")]
    [InlineData(true, ReasoningEffort.None, "false")]
    [InlineData(null, ReasoningEffort.Low, "\"low\"")]
    [InlineData(null, ReasoningEffort.Medium, "\"medium\"")]
    [InlineData(false, ReasoningEffort.High, "\"high\"")]
    [InlineData(null, ReasoningEffort.ExtraHigh, "\"max\"")]
    public async Task Thinking_is_asked_for_by_the_setting_or_the_request(bool? setting, ReasoningEffort? effort, string? said)
    {
        await using var test = new OllamaCase(o => o.Think = setting);
        var sent = await test.SentAsync(effort is null ? null : new ChatOptions { Reasoning = new ReasoningOptions { Effort = effort } });
        (sent.TryGetProperty("think", out var think) ? think.GetRawText() : null).Should().Be(said);
    }

    [Fact]
    public async Task Whether_to_cut_a_long_prompt_is_sent_when_set()
    {
        await using var test = new OllamaCase(o => o.Truncate = false);
        (await test.SentAsync(null)).GetProperty("truncate").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public async Task The_form_of_the_answer_is_json_or_a_schema()
    {
        await using var test = new OllamaCase();
        (await test.SentAsync(new ChatOptions { ResponseFormat = ChatResponseFormat.Json })).GetProperty("format").GetString()
            .Should().Be("json");
        var schema = JsonDocument.Parse("""{"type":"object","properties":{"n":{"type":"integer"}}}""").RootElement;
        (await test.SentAsync(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) })).GetProperty("format")
            .GetRawText().Should().Be(schema.GetRawText());
        (await test.SentAsync(new ChatOptions { ResponseFormat = ChatResponseFormat.Text })).TryGetProperty("format", out _)
            .Should().BeFalse();
    }

    [Fact]
    public async Task Images_are_base64_beside_the_text()
    {
        await using var test = new OllamaCase();
        byte[] image = [0x89, 0x50, 0x4E, 0x47, 0xFF];
        var sent = await test.SentAsync(null, new ChatMessage(ChatRole.User, [new TextContent("what is "),
            new DataContent(image, "image/png"), new TextContent("this?"), new DataContent(new byte[] { 1 }, "image/jpeg")]));
        sent.GetProperty("messages")[0].GetRawText()
            .Should().Be($$"""{"role":"user","content":"what is this?","images":["{{Convert.ToBase64String(image)}}","AQ=="]}""");
    }

    [Fact]
    public async Task What_cannot_be_sent_is_not_supported_and_not_sent()
    {
        await using var test = new OllamaCase();
        AIContent[] contents = [new UriContent("https://example.com/a.png", "image/png"), new DataContent(new byte[] { 1 }, "audio/wav")];
        foreach (var content in contents)
            (await test.Provider.FailAsync(OllamaCase.Request(true, null, new ChatMessage(ChatRole.User, [content])))).Error.Kind
                .Should().Be(LlmErrorKind.NotSupported);
        var forced = new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")], ToolMode = ChatToolMode.RequireAny };
        (await test.Provider.FailAsync(OllamaCase.Request(true, forced))).Error.Kind.Should().Be(LlmErrorKind.NotSupported);
        (await test.Provider.FailAsync(OllamaCase.Request(true, new ChatOptions { Tools = [new HostedWebSearchTool()] }))).Error.Kind
            .Should().Be(LlmErrorKind.NotSupported);
        test.Server.ChatCount.Should().Be(0);
    }

    [Fact]
    public async Task Tools_are_offered_unless_none_may_be_called()
    {
        await using var test = new OllamaCase();
        var tool = AIFunctionFactory.Create((string tree) => tree.Length, "measure", "Measures a tree.");
        var offered = (await test.SentAsync(new ChatOptions { Tools = [tool] })).GetProperty("tools")[0];
        offered.GetProperty("type").GetString().Should().Be("function");
        offered.GetProperty("function").GetProperty("name").GetString().Should().Be("measure");
        offered.GetProperty("function").GetProperty("description").GetString().Should().Be("Measures a tree.");
        offered.GetProperty("function").GetProperty("parameters").GetProperty("properties").GetProperty("tree").GetProperty("type")
            .GetString().Should().Be("string");
        (await test.SentAsync(new ChatOptions { Tools = [tool], ToolMode = ChatToolMode.None })).TryGetProperty("tools", out _)
            .Should().BeFalse();
    }

    [Fact]
    public async Task A_history_with_calls_names_the_tool_of_each_result()
    {
        await using var test = new OllamaCase();
        var sent = await test.SentAsync(
            null,
            new ChatMessage(ChatRole.User, "how tall?"),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("must measure"),
                new FunctionCallContent("c-1", "measure", new Dictionary<string, object?> { ["tree"] = "ель", ["exact"] = true })]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c-1", new { metres = 12 })]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("lost", "never asked for")]),
            new ChatMessage(ChatRole.Assistant, "12 m"),
            new ChatMessage(ChatRole.User, "thanks"));
        var messages = sent.GetProperty("messages");
        messages[1].GetRawText().Should().Be("""{"role":"assistant","content":"","tool_calls":"""
            + """[{"id":"c-1","function":{"name":"measure","arguments":{"tree":"ель","exact":true}}}]}""");
        (messages[2].GetProperty("role").GetString(),
            messages[2].GetProperty("tool_name").GetString(), messages[2].GetProperty("tool_call_id").GetString())
            .Should().Be(("tool", "measure", "c-1"));
        messages[2].GetProperty("content").GetString().Should().Contain("12");
        messages[3].GetRawText().Should().Be("""{"role":"tool","content":"never asked for","tool_call_id":"lost"}""");
        messages.GetArrayLength().Should().Be(6);
    }

    [Fact]
    public async Task Two_turns_whose_calls_bear_the_same_id_keep_their_tools_apart()
    {
        // Servers that send no id make every answer's first call the same one.
        await using var test = new OllamaCase();
        var messages = new List<ChatMessage> { new(ChatRole.User, "go") };
        foreach (var tool in new[] { "measure", "plant" })
        {
            test.Server.Enqueue(Fault.Stream("""{"message":{"tool_calls":[{"function":{"name":"TOOL","arguments":{}}}]},"done":true}"""
                .Replace("TOOL", tool, StringComparison.Ordinal)));
            var answer = await test.AskAsync(streamed: true, null, [.. messages]);
            messages.AddRange(answer.Messages);
            var call = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Single();
            messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "ok")]));
        }

        var sent = await test.SentAsync(null, [.. messages]);
        sent.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("role").GetString() == "tool")
            .Select(m => m.GetProperty("tool_name").GetString())
            .Should().Equal("measure", "plant");
    }

    [Fact]
    public async Task Instructions_come_first_and_half_a_surrogate_pair_is_replaced()
    {
        await using var test = new OllamaCase();
        var sent = await test.SentAsync(new ChatOptions { Instructions = "be brief" }, new ChatMessage(ChatRole.User, "a\ud800b"));
        sent.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString())
            .Should().Equal("be brief", "a\uFFFDb");
    }

    [Fact]
    public async Task A_role_that_the_server_does_not_know_is_sent_as_the_one_it_means()
    {
        // The server refuses no role, but no model's template has a place for another than its four: the text would be lost without a word.
        await using var test = new OllamaCase();
        var sent = await test.SentAsync(
            null,
            new(new ChatRole("developer"), "be brief"),
            new(ChatRole.User, "how tall?"),
            new(ChatRole.Assistant, [new FunctionCallContent("c", "measure")]),
            new(ChatRole.Tool, [new FunctionResultContent("c", "12"), new TextContent("in metres")]));
        sent.GetProperty("messages").EnumerateArray().Select(m => $"{m.GetProperty("role")}:{m.GetProperty("content")}")
            .Should().Equal("system:be brief", "user:how tall?", "assistant:", "tool:12", "user:in metres");
    }
}
