using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>What strict servers refuse is not sent.</summary>
public class StrictServersTests
{
    [Theory]
    [InlineData("Анна", null)]
    [InlineData("Anna Smith", "AnnaSmith")]
    [InlineData("a.b@c|<d>", "abcd")]
    [InlineData("agent_1-x", "agent_1-x")]
    [InlineData("", null)]
    public async Task A_name_has_letters_digits_underscores_and_hyphens_only(string name, string? sent)
    {
        foreach (var streamed in new[] { true, false })
        {
            var body = await Written.OpenAiAsync(streamed, null, null, new ChatMessage(ChatRole.User, "hi") { AuthorName = name });
            (body.GetProperty("messages")[0].TryGetProperty("name", out var found) ? found.GetString() : null).Should().Be(sent);
        }
    }

    [Fact]
    public async Task A_long_name_is_cut_and_a_server_without_names_gets_none()
    {
        var message = new ChatMessage(ChatRole.User, "hi") { AuthorName = new string('a', 80) };

        (await Written.OpenAiAsync(false, null, null, message)).GetProperty("messages")[0].GetProperty("name").GetString()
            .Should().Be(new string('a', 64));
        (await Written.OpenAiAsync(false, null, o => o.TakesNames = false, message)).GetProperty("messages")[0].Has("name")
            .Should().BeFalse();
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("openai", false)]
    [InlineData("ollama", true)]
    [InlineData("ollama", false)]
    public async Task A_turn_of_the_assistant_with_nothing_in_it_is_left_out(string vendor, bool streamed)
    {
        ChatMessage[] empty =
        [
            new(ChatRole.Assistant, (string?)null), new(ChatRole.Assistant, ""), new(ChatRole.Assistant, [new UsageContent()]),
            new(ChatRole.Assistant, []), new(ChatRole.Assistant, [new TextReasoningContent("hmm")]),
        ];
        foreach (var turn in empty)
        {
            var body = await Written.Async(vendor, streamed, null, new(ChatRole.User, "a"), turn, new(ChatRole.User, "b"));
            body.Messages().Should().Equal("""{"role":"user","content":"a"}""", """{"role":"user","content":"b"}""");
        }
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("openai", false)]
    [InlineData("ollama", true)]
    [InlineData("ollama", false)]
    public async Task Two_texts_of_a_message_do_not_run_into_each_other(string vendor, bool streamed)
    {
        var body = await Written.Async(
            vendor,
            streamed,
            null,
            new(ChatRole.System, [new TextContent("Be short."), new TextContent("Be kind.")]),
            new(ChatRole.User, [new TextContent("one"), new TextContent(""), new TextContent("two\n"), new TextContent("three")]),
            new(ChatRole.Assistant, [new TextContent("Hel"), new TextContent("lo")]),
            new(ChatRole.Assistant, [new TextContent("before"), new TextReasoningContent("hmm"), new TextContent("after")]));

        body.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString())
            .Should().Equal("Be short.\nBe kind.", "one\ntwo\nthree", "Hello", "before\nafter");
    }

    [Fact]
    public async Task A_refusal_is_what_the_assistant_said()
    {
        var body = await Written.OpenAiAsync(false, null, null, new(ChatRole.User, "a"),
            new(ChatRole.Assistant, [new ErrorContent("I cannot.") { ErrorCode = "Refusal" }]), new(ChatRole.User, "b"));

        body.Messages()[1].Should().Be("""{"role":"assistant","content":"I cannot."}""");
    }

    [Theory]
    [InlineData(ToolCallIdForm.Any, "call_1", "call_1")]
    [InlineData(ToolCallIdForm.AtMost40, "call_1", "call_1")]
    [InlineData(ToolCallIdForm.NineLettersAndDigits, "abcDEF123", "abcDEF123")]
    [InlineData(ToolCallIdForm.NineLettersAndDigits, "call_1", null)]
    [InlineData(ToolCallIdForm.AtMost40, "chatcmpl-tool-0123456789abcdef0123456789abcdef", null)]
    public async Task Ids_of_calls_have_the_servers_form_and_results_find_them(ToolCallIdForm form, string id, string? sent)
    {
        var body = await Written.OpenAiAsync(true, null, o => o.ToolCallIds = form, ToolResultTests.Round(new(id, "r")));

        var call = body.GetProperty("messages")[1].GetProperty("tool_calls")[0].GetProperty("id").GetString()!;
        call.Should().Be(body.GetProperty("messages")[2].GetProperty("tool_call_id").GetString());
        if (sent is not null)
            call.Should().Be(sent);
        else
            call.Should().MatchRegex(form == ToolCallIdForm.AtMost40 ? "^[a-zA-Z0-9]{40}$" : "^[a-zA-Z0-9]{9}$").And.NotBe(id);
    }

    [Fact]
    public async Task Different_ids_stay_different()
    {
        var body = await Written.OpenAiAsync(
            false,
            null,
            o => o.ToolCallIds = ToolCallIdForm.NineLettersAndDigits,
            new(ChatRole.User, "?"),
            new(ChatRole.Assistant, [.. Enumerable.Range(0, 50).Select(i => new FunctionCallContent($"call_{i}", "f"))]));

        body.GetProperty("messages")[1].GetProperty("tool_calls").EnumerateArray().Select(c => c.GetProperty("id").GetString())
            .Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_user_after_a_result_is_preceded_by_a_turn_where_the_server_wants_one()
    {
        ChatMessage[] messages = [.. ToolResultTests.Round(new("c", "r")), new(ChatRole.User, "stop")];

        (await Written.OpenAiAsync(false, null, null, messages)).Messages().Should().HaveCount(4);
        (await Written.OpenAiAsync(false, null, o => o.TakesUserAfterTool = false, messages)).Messages().Skip(3).Should().Equal(
            """{"role":"assistant","content":"OK."}""", """{"role":"user","content":"stop"}""");
    }

    [Fact]
    public async Task A_developer_is_the_system_where_the_server_does_not_know_the_role()
    {
        ChatMessage[] messages = [new(new ChatRole("developer"), "Be short."), new(ChatRole.User, "hi")];

        (await Written.OpenAiAsync(false, null, null, messages)).Messages()[0].Should().Contain("\"developer\"");
        (await Written.OpenAiAsync(false, null, o => o.TakesDeveloperRole = false, messages)).Messages()[0]
            .Should().Be("""{"role":"system","content":"Be short."}""");
    }

    [Fact]
    public async Task Turns_alternate_where_the_server_wants_them_to()
    {
        var body = await Written.OpenAiAsync(
            false,
            new ChatOptions { Instructions = "Be short." },
            o => o.TakesRolesInAnyOrder = o.TakesEmptyMessages = false,
            new(ChatRole.System, "Be kind."), new(ChatRole.User, "a"), new(ChatRole.Assistant, ""), new(ChatRole.User, "b"),
            new(ChatRole.System, "Now in French."), new(ChatRole.Assistant, "x"), new(ChatRole.Assistant, "y"), new(ChatRole.User, "c"));

        body.Messages().Should().Equal(
            """{"role":"system","content":"Be short."}""",
            """{"role":"system","content":"Be kind."}""",
            """{"role":"user","content":"a\n\nb\n\nNow in French."}""",
            """{"role":"assistant","content":"x\n\ny"}""",
            """{"role":"user","content":"c"}""");
    }

    [Fact]
    public async Task No_message_is_empty_where_the_server_refuses_one()
    {
        ChatMessage[] messages = [new(ChatRole.User, ""), .. ToolResultTests.Round(new("c", null))];

        var body = await Written.OpenAiAsync(false, null, o => o.TakesEmptyMessages = false, messages);

        body.GetProperty("messages").GetArrayLength().Should().Be(3);
        body.GetProperty("messages")[2].GetProperty("content").GetString().Should().Be("(empty)");
    }

    [Theory]
    [BothModes]
    public async Task A_demanded_tool_is_the_only_one_where_no_name_can_be_sent(bool streamed)
    {
        var options = new ChatOptions
        {
            Tools = [AIFunctionFactory.Create(() => 1, "a"), AIFunctionFactory.Create(() => 2, "b")],
            ToolMode = ChatToolMode.RequireSpecific("b"),
        };

        var body = await Written.OpenAiAsync(streamed, options, o => o.TakesToolByName = false);

        body.GetProperty("tool_choice").GetString().Should().Be("required");
        body.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("function").GetProperty("name").GetString())
            .Should().Equal("b");
    }

    [Fact]
    public async Task Reasoning_that_the_server_demands_is_noted_as_unknown()
    {
        ChatMessage[] messages = [.. ToolResultTests.Round(new("c", "r")), new(ChatRole.Assistant, "done"), new(ChatRole.User, "?")];

        var body = await Written.OpenAiAsync(false, null, o => o.RequiredReasoningField = "reasoning_content", messages);

        body.GetProperty("messages")[1].GetProperty("reasoning_content").GetString().Should().NotBeNullOrWhiteSpace();
        body.GetProperty("messages")[3].Has("reasoning_content").Should().BeFalse();
        (await Written.OpenAiAsync(false, null, null, messages)).GetProperty("messages")[1].Has("reasoning_content").Should().BeFalse();
    }

    [Fact]
    public async Task The_first_call_of_a_turn_has_the_members_that_the_server_demands()
    {
        var body = await Written.OpenAiAsync(
            true,
            null,
            o =>
            {
                var gemini = OpenAiCompatibleOptions.Gemini("m", "k");
                o.RequiredCallMembers = gemini.RequiredCallMembers;
            },
            new(ChatRole.User, "?"),
            new(ChatRole.Assistant, [new FunctionCallContent("a", "f"), new FunctionCallContent("b", "f")]));

        var calls = body.GetProperty("messages")[1].GetProperty("tool_calls");
        calls[0].GetProperty("extra_content").GetProperty("google").GetProperty("thought_signature").GetString()
            .Should().Be("skip_thought_signature_validator");
        calls[1].Has("extra_content").Should().BeFalse();
    }

    [Fact]
    public async Task Images_of_an_answer_are_shown_to_the_model_by_the_user()
    {
        var image = new DataContent(new byte[] { 1, 2, 3 }, "image/png");
        var body = await Written.OpenAiAsync(
            false, null, null, new(ChatRole.User, "draw"), new(ChatRole.Assistant, [new TextContent("here"), image]),
            new(ChatRole.User, "bigger"));

        body.Messages().Skip(1).Should().Equal(
            """{"role":"assistant","content":"here"}""",
            """{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]}""",
            """{"role":"user","content":"bigger"}""");
    }
}
