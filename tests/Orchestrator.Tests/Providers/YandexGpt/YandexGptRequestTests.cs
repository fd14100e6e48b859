using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>What is sent for which request. The fake reads strictly, so whatever it answers has only
/// fields of the published tables.</summary>
public class YandexGptRequestTests
{
    [Theory]
    [BothModes]
    public async Task A_plain_request_has_the_headers_and_fields_it_needs_and_no_others(bool streamed)
    {
        await using var test = new YandexGptCase(o => o.ApiKey = "AQVNk");
        await test.AskAsync(streamed, null, new(ChatRole.System, "Быть кратким."), new(ChatRole.User, "hi"));
        var request = test.Server.LastRequest;
        (request.Method, request.Path).Should().Be(("POST", "/foundationModels/v1/completion"));
        (request.Header("Authorization"), request.Header("x-folder-id"), request.Header("x-data-logging-enabled"),
            request.Header("Content-Type"))
            .Should().Be(("Api-Key AQVNk", YandexGptCase.Folder, "false", "application/json"));
        Guid.TryParse(request.Header("x-client-request-id"), out _).Should().BeTrue();
        request.Header("User-Agent").Should().NotBeNullOrEmpty();
        request.Text.Should().Be(
            $$"""{"modelUri":"gpt://{{YandexGptCase.Folder}}/yandexgpt-5-lite","completionOptions":{"stream":"""
            + $$"""{{(streamed ? "true" : "false")}}},"messages":[{"role":"system","text":"Быть кратким."},"""
            + $$"""{"role":"user","text":"hi"}]}""");
    }

    [Theory]
    [InlineData("yandexgpt", "gpt://b1gpineforest0000000/yandexgpt", YandexGptCase.Folder)]
    [InlineData("yandexgpt/latest", "gpt://b1gpineforest0000000/yandexgpt/latest", YandexGptCase.Folder)]
    [InlineData("yandexgpt/rc", "gpt://b1gpineforest0000000/yandexgpt/rc", YandexGptCase.Folder)]
    [InlineData("yandexgpt-lite/deprecated", "gpt://b1gpineforest0000000/yandexgpt-lite/deprecated", YandexGptCase.Folder)]
    [InlineData("yandexgpt-lite/latest@tamr1", "gpt://b1gpineforest0000000/yandexgpt-lite/latest@tamr1", YandexGptCase.Folder)]
    [InlineData("gpt://b1gother/yandexgpt/rc", "gpt://b1gother/yandexgpt/rc", YandexGptCase.Folder)]
    [InlineData("ds://bt1mine", "ds://bt1mine", YandexGptCase.Folder)]
    [InlineData("gpt://b1gother/yandexgpt/rc", "gpt://b1gother/yandexgpt/rc", "b1gother", true)]
    [InlineData("ds://bt1mine", "ds://bt1mine", null, true)]
    public async Task The_models_uri_is_made_of_folder_and_name_or_passed_through(
        string model, string uri, string? folder, bool unset = false)
    {
        await using var test = new YandexGptCase(o => (o.Model, o.FolderId) = (model, unset ? null : YandexGptCase.Folder));
        (await test.SentAsync(null)).GetProperty("modelUri").GetString().Should().Be(uri);
        test.Server.LastRequest.Header("x-folder-id").Should().Be(folder);
        test.Provider.Info.Model.Should().Be(model);
    }

    [Theory]
    [InlineData("", "b1g", "*Model is empty*")]
    [InlineData("a b", "b1g", "*Model holds white space*")]
    [InlineData("emb://b1g/text", "b1g", "*neither gpt:// nor ds://*")]
    [InlineData("yandexgpt", null, "*FolderId is empty*")]
    [InlineData("yandexgpt", "my folder", "*FolderId must be the id*")]
    public void A_model_or_folder_that_cannot_be_is_refused_at_once(string model, string? folder, string message)
    {
        var act = () => new YandexGptProvider("a", new YandexGptOptions { Model = model, FolderId = folder, ApiKey = "k" });
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public async Task An_address_without_a_path_gets_the_vendors()
    {
        await using var test = new YandexGptCase(o => o.BaseUrl = new Uri(o.BaseUrl, "/"));
        await test.AskAsync(streamed: true);
        test.Server.LastRequest.Path.Should().Be("/foundationModels/v1/completion");
    }

    [Fact]
    public async Task Options_go_under_the_names_the_service_knows_and_the_limit_is_a_text()
    {
        await using var test = new YandexGptCase();
        var sent = await test.SentAsync(new ChatOptions
        {
            Temperature = 0.3f,
            MaxOutputTokens = 2000,
            TopP = 0.5f,
            TopK = 3,
            Seed = 7,
            PresencePenalty = 1,
            FrequencyPenalty = 1
        });
        sent.GetProperty("completionOptions").GetRawText().Should().Be("""{"stream":false,"temperature":0.3,"maxTokens":"2000"}""");
    }

    [Theory]
    [InlineData(0f, null)]
    [InlineData(1f, null)]
    [InlineData(1.01f, LlmErrorKind.NotSupported)]
    [InlineData(2f, LlmErrorKind.NotSupported)]
    [InlineData(2.1f, LlmErrorKind.InvalidRequest)]
    [InlineData(-0.1f, LlmErrorKind.InvalidRequest)]
    [InlineData(float.NaN, LlmErrorKind.InvalidRequest)]
    public async Task A_temperature_outside_0_to_1_is_refused_before_it_is_sent(float temperature, LlmErrorKind? kind)
    {
        await using var test = new YandexGptCase();
        var options = new ChatOptions { Temperature = temperature };
        if (kind is null)
        {
            (await test.SentAsync(options)).GetProperty("completionOptions").GetProperty("temperature").GetSingle()
                .Should().Be(temperature);
            return;
        }

        var (_, error) = await test.FailAsync(streamed: true, options);
        error.Kind.Should().Be(kind);
        error.Message.Should().Contain("Temperature").And.Contain("0 to 1");
        test.Server.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(true, null, "ENABLED_HIDDEN")]
    [InlineData(false, null, "DISABLED")]
    [InlineData(true, ReasoningEffort.None, "DISABLED")]
    [InlineData(null, ReasoningEffort.Low, "ENABLED_HIDDEN")]
    public async Task Reasoning_is_asked_for_by_the_setting_or_the_request(bool? setting, ReasoningEffort? effort, string? mode)
    {
        await using var test = new YandexGptCase(o => o.Reasoning = setting);
        var sent = await test.SentAsync(effort is null ? null : new ChatOptions { Reasoning = new ReasoningOptions { Effort = effort } });
        (sent.GetProperty("completionOptions").TryGetProperty("reasoningOptions", out var asked)
            ? asked.GetProperty("mode").GetString()
            : null).Should().Be(mode);
    }

    [Fact]
    public async Task The_form_of_the_answer_is_json_or_a_schema()
    {
        await using var test = new YandexGptCase();
        (await test.SentAsync(new ChatOptions { ResponseFormat = ChatResponseFormat.Json })).GetProperty("jsonObject").GetBoolean()
            .Should().BeTrue();
        var schema = JsonDocument.Parse("""{"type":"object","properties":{"n":{"type":"integer"}}}""").RootElement;
        (await test.SentAsync(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) })).GetProperty("jsonSchema")
            .GetProperty("schema").GetRawText()
            .Should().Be(schema.GetRawText());
        (await test.SentAsync(new ChatOptions { ResponseFormat = ChatResponseFormat.Text })).TryGetProperty("jsonObject", out _)
            .Should().BeFalse();
    }

    [Fact]
    public async Task Tools_are_offered_without_a_type_and_with_the_choice()
    {
        await using var test = new YandexGptCase();
        var tool = AIFunctionFactory.Create((string tree) => tree.Length, "measure", "Measures a tree.");
        var sent = await test.SentAsync(
            new ChatOptions { Tools = [tool], ToolMode = ChatToolMode.RequireSpecific("measure"), AllowMultipleToolCalls = false });
        var offered = sent.GetProperty("tools")[0];
        offered.EnumerateObject().Select(p => p.Name).Should().Equal("function");
        (offered.GetProperty("function").GetProperty("name").GetString(),
            offered.GetProperty("function").GetProperty("description").GetString()).Should().Be(("measure", "Measures a tree."));
        sent.GetProperty("toolChoice").GetRawText().Should().Be("""{"functionName":"measure"}""");
        sent.GetProperty("parallelToolCalls").GetBoolean().Should().BeFalse();
        foreach (var (mode, word) in new (ChatToolMode, string)[]
        {
            (ChatToolMode.None, "NONE"), (ChatToolMode.Auto, "AUTO"), (ChatToolMode.RequireAny, "REQUIRED")
        })
            (await test.SentAsync(new ChatOptions { Tools = [tool], ToolMode = mode })).GetProperty("toolChoice").GetProperty("mode")
                .GetString().Should().Be(word);
    }

    [Fact]
    public async Task A_history_with_calls_pairs_results_by_the_functions_name()
    {
        await using var test = new YandexGptCase();
        var sent = await test.SentAsync(
            null,
            new(ChatRole.User, "how tall?"),
            new(ChatRole.Assistant, [new TextContent("I look."), new FunctionCallContent(
                "call_1", "measure", new Dictionary<string, object?> { ["tree"] = "ель" }), new FunctionCallContent("call_2", "age")]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", new { metres = 12 })]),
            new(ChatRole.Tool, [new FunctionResultContent("call_2", "90")]),
            new(ChatRole.Assistant, "12 m"),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "plant")]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "ok")]));
        var messages = sent.GetProperty("messages").EnumerateArray().Select(m => m.GetRawText()).ToList();
        messages.Should().Equal(
            """{"role":"user","text":"how tall?"}""",
            """{"role":"assistant","text":"I look."}""",
            """{"role":"assistant","toolCallList":{"toolCalls":[{"functionCall":{"name":"measure","arguments":{"tree":"ель"}}},"""
            + """{"functionCall":{"name":"age","arguments":{}}}]}}""",
            """{"role":"user","toolResultList":{"toolResults":[{"functionResult":{"name":"measure","content":"{\"metres\":12}"}},"""
            + """{"functionResult":{"name":"age","content":"90"}}]}}""",
            """{"role":"assistant","text":"12 m"}""",
            """{"role":"assistant","toolCallList":{"toolCalls":[{"functionCall":{"name":"plant","arguments":{}}}]}}""",
            """{"role":"user","toolResultList":{"toolResults":[{"functionResult":{"name":"plant","content":"ok"}}]}}""");
    }

    [Fact]
    public async Task What_is_said_beside_a_result_comes_after_it()
    {
        // A call is followed by its results, whatever else the message with them says.
        await using var test = new YandexGptCase();
        var sent = await test.SentAsync(
            null,
            new(ChatRole.User, "how tall?"),
            new(ChatRole.Assistant, [new FunctionCallContent("call_1", "measure")]),
            new(ChatRole.Tool, [new TextContent("be brief"), new FunctionResultContent("call_1", "12")]));
        sent.GetProperty("messages").EnumerateArray().Select(m => m.EnumerateObject().Last().Name)
            .Should().Equal("text", "toolCallList", "toolResultList", "text");
    }

    [Fact]
    public async Task What_cannot_be_sent_is_reported_and_not_sent()
    {
        await using var test = new YandexGptCase();
        (LlmErrorKind Kind, ChatOptions? Options, ChatMessage Message)[] cases =
        [
            (LlmErrorKind.NotSupported, null, new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])),
            (LlmErrorKind.NotSupported, null, new(ChatRole.User, [new UriContent("https://example.com/a.png", "image/png")])),
            (LlmErrorKind.NotSupported, null, new(new ChatRole("oracle"), "x")),
            (LlmErrorKind.NotSupported, new() { Tools = [new HostedWebSearchTool()] }, new(ChatRole.User, "x")),
            (LlmErrorKind.InvalidRequest, null, new(ChatRole.User, "  ")),
            (LlmErrorKind.InvalidRequest, null, new(ChatRole.Tool, [new FunctionResultContent("lost", "1")])),
            (LlmErrorKind.InvalidRequest, new() { MaxOutputTokens = 0 }, new(ChatRole.User, "x")),
        ];
        foreach (var (kind, options, message) in cases)
            (await test.FailAsync(streamed: true, options, message)).Error.Kind.Should().Be(kind);
        test.Server.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Instructions_come_first_empty_turns_are_left_out_and_text_is_not_escaped()
    {
        await using var test = new YandexGptCase();
        var sent = await test.SentAsync(new ChatOptions { Instructions = "кратко" }, new(ChatRole.User, "Ёж <&'+ 🌲"),
            new(ChatRole.Assistant, ""), new(ChatRole.User, "a\ud800b"));
        sent.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("text").GetString())
            .Should().Equal("кратко", "Ёж <&'+ 🌲", "a\uFFFDb");
        test.Server.LastRequest.Text.Should().Contain("Ёж <&'+ ");
    }

    [Fact]
    public async Task Logging_is_left_to_the_vendor_when_it_is_allowed()
    {
        await using var test = new YandexGptCase(o => o.DataLogging = true);
        await test.AskAsync(streamed: true);
        test.Server.LastRequest.Header("x-data-logging-enabled").Should().BeNull();
    }

    [Fact]
    public async Task Tokens_are_counted_by_the_vendor_with_its_template()
    {
        await using var test = new YandexGptCase();
        (await test.Provider.CountTokensAsync([new(ChatRole.User, "ping")])).Should().Be(15);
        test.Server.LastRequest.Path.Should().Be("/foundationModels/v1/tokenizeCompletion");
        test.Server.ChatCount.Should().Be(0);
        await FluentActions.Awaiting(() => test.Provider.CountTokensAsync([])).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task The_probe_is_the_free_tokenizer()
    {
        await using var test = new YandexGptCase();
        (await test.Provider.ProbeAsync(default)).Should().BeTrue();
        test.Server.LastRequest.Path.Should().Be("/foundationModels/v1/tokenize");
        foreach (var (fault, available) in new[]
        {
            (Fault.Overloaded(), false), (Fault.Unauthorized(), false), (Fault.RateLimited(), true), (Fault.CloseUnanswered(), false)
        })
        {
            test.Server.EnqueueFor("/foundationModels/v1/tokenize", fault);
            (await test.Provider.ProbeAsync(default)).Should().Be(available, $"{fault}");
        }
    }

    [Theory]
    [InlineData("yandexgpt-5.1", 32_768)]
    [InlineData("yandexgpt/rc", 32_768)]
    [InlineData("yandexgpt/latest", 32_768)]
    [InlineData("yandexgpt-5-pro/latest", 32_768)]
    [InlineData("yandexgpt-lite", 32_768)]
    [InlineData("gpt://b1g/yandexgpt-5-lite/latest", 32_768)]
    [InlineData("aliceai-llm", 131_072)]
    [InlineData("ds://bt1mine", null)]
    [InlineData("yandexgpt-lite/latest@tamr1", null)]
    public void The_providers_info_has_the_vendors_window_and_quota(string model, int? window)
    {
        using var provider = new YandexGptProvider("a", new YandexGptOptions { Model = model, FolderId = "b1g", ApiKey = "k" });
        provider.Info.Should().BeEquivalentTo(
            new { Vendor = "yandexgpt", Model = model, ContextWindow = window, MaxConcurrency = 10, PrefersStreaming = true });
    }
}
