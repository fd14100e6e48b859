using System.Text.Json;
using Orchestrator.Testing;
using static Orchestrator.Tests.Testing.Dialects.DialectWire;

namespace Orchestrator.Tests.Testing.Dialects;

/// <summary>What servers send: reasoning, calls, usage, ends.</summary>
public sealed class DialectShapesTests
{
    private const string UsageAsked = "\"stream_options\":{\"include_usage\":true}";

    private static readonly FakeReply Calling = new("")
    {
        ToolCalls = [new("look", """{"at":"a"}"""), new("walk", """{"to":"b"}""")],
    };

    [Theory]
    [InlineData(OpenAiDialect.DeepSeek, "reasoning_content")]
    [InlineData(OpenAiDialect.Moonshot, "reasoning_content")]
    [InlineData(OpenAiDialect.Qwen, "reasoning_content")]
    [InlineData(OpenAiDialect.Groq, "reasoning")]
    [InlineData(OpenAiDialect.Together, "reasoning")]
    [InlineData(OpenAiDialect.OpenRouter, "reasoning")]
    public async Task Reasoning_stands_in_the_vendor_s_field(OpenAiDialect dialect, string field)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.Reply = new FakeReply("Four.") { Reasoning = "Two and two." };

        var chunks = await wire.StreamAsync();
        var whole = await wire.WholeAsync();

        string.Concat(chunks.Select(c => Delta(c, field))).Should().Be("Two and two.");
        string.Concat(chunks.Select(c => Delta(c, "content"))).Should().Be("Four.");
        Message(whole).GetProperty(field).GetString().Should().Be("Two and two.");
        Message(whole).TryGetProperty("reasoning_details", out _).Should().Be(dialect == OpenAiDialect.OpenRouter);
    }

    [Fact]
    public async Task Mistral_thinks_in_parts_of_the_content()
    {
        await using var wire = new DialectWire(OpenAiDialect.Mistral);
        wire.Server.Reply = new FakeReply("Four.") { Reasoning = "Hm" };

        var thinking = (await wire.StreamAsync()).Select(c => c.GetProperty("choices")[0].GetProperty("delta"))
            .First(d => d.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array).GetProperty("content");
        var whole = Message(await wire.WholeAsync()).GetProperty("content");

        thinking.GetRawText().Should().Be("""[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]}]""");
        whole.GetRawText().Should().Be(
            """[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"Four."}]""");
    }

    [Fact]
    public async Task Perplexity_s_message_grows_beside_its_deltas()
    {
        await using var wire = new DialectWire(OpenAiDialect.Perplexity);
        wire.Server.Reply = new FakeReply("one two") { PromptTokens = 3, CompletionTokens = 2 };

        var chunks = await wire.StreamAsync();

        chunks.Select(c => c.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString())
            .Should().Equal("one", "one two", "one two");
        chunks.Select(c => Delta(c, "content")).Should().Equal("one", " two", "");
        chunks.Should().OnlyContain(c => At(c, "usage") != null && At(c, "citations") != null);
        chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32().Should().Be(5);
    }

    [Fact]
    public async Task Azure_s_first_chunk_has_no_choices_and_the_others_have_filters()
    {
        await using var wire = new DialectWire(OpenAiDialect.Azure);

        var chunks = await wire.StreamAsync();

        chunks[0].GetProperty("choices").GetArrayLength().Should().Be(0);
        chunks[0].GetProperty("prompt_filter_results").GetArrayLength().Should().Be(1);
        chunks[2].GetProperty("choices")[0].GetProperty("content_filter_results").GetProperty("hate").GetProperty("filtered").GetBoolean()
            .Should().BeFalse();
    }

    [Theory]
    [InlineData(OpenAiDialect.DeepSeek, "0,1", "tool_calls", 9)]
    [InlineData(OpenAiDialect.Gemini, "0,0", "stop", 2)]
    [InlineData(OpenAiDialect.Groq, "0,1", "tool_calls", 2)]
    [InlineData(OpenAiDialect.Mistral, "0,1", "tool_calls", 1)]
    [InlineData(OpenAiDialect.Tgi, "0", "stop", 4)]
    public async Task Calls_come_as_the_vendor_cuts_them(OpenAiDialect dialect, string indices, string finish, int chunksAtMost)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.Reply = Calling;

        var chunks = await wire.StreamAsync();

        var calling = chunks.Where(c => Calls(c).Count > 0).ToList();
        var begun = calling.SelectMany(Calls).Where(c => At(c, "function.name") is not null).ToList();
        string.Join(',', begun.Select(c => c.GetProperty("index").GetInt32())).Should().Be(indices);
        calling.Should().HaveCountLessThanOrEqualTo(chunksAtMost);
        chunks.Select(Finish).OfType<string>().Should().Equal(finish);
        string.Concat(calling.SelectMany(Calls).Select(c => c.GetProperty("function").GetProperty("arguments").GetString()))
            .Should().Be(dialect == OpenAiDialect.Tgi ? """{"at":"a"}""" : """{"at":"a"}{"to":"b"}""");
    }

    [Theory]
    [InlineData(OpenAiDialect.Mistral, "^[a-zA-Z0-9]{9}$")]
    [InlineData(OpenAiDialect.Moonshot, "^functions\\.(look|walk):[0-9]+$")]
    [InlineData(OpenAiDialect.LmStudio, "^[0-9]{9}$")]
    [InlineData(OpenAiDialect.Vllm, "^chatcmpl-tool-[0-9a-f]{32}$")]
    [InlineData(OpenAiDialect.LlamaCpp, "^[0-9a-f]{32}$")]
    public async Task Ids_of_calls_look_like_the_vendor_s_and_are_not_used_twice(OpenAiDialect dialect, string pattern)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.Reply = Calling;

        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.AddRange(Message(await wire.WholeAsync()).GetProperty("tool_calls").EnumerateArray()
                .Select(c => c.GetProperty("id").GetString()!));
        }


        ids.Should().HaveCount(6).And.OnlyHaveUniqueItems().And.AllSatisfy(id => id.Should().MatchRegex(pattern));
    }

    [Fact]
    public async Task Gemini_signs_the_first_call_and_wants_its_own_signature_back()
    {
        await using var wire = new DialectWire(OpenAiDialect.Gemini);
        wire.Server.Reply = Calling;
        var calls = Message(await wire.WholeAsync()).GetProperty("tool_calls");
        calls[1].TryGetProperty("extra_content", out _).Should().BeFalse("only the first of parallel calls is signed");
        var signed = $",\"extra_content\":{calls[0].GetProperty("extra_content").GetRawText()}";

        (await wire.AskAsync(Body(Step(calls[0].GetProperty("id").GetString()!, ofCall: signed)))).Status.Should().Be(200);
        (await wire.AskAsync(Body(Step("foreign", ofCall: signed.Replace(
            calls[0].GetProperty("extra_content").GetProperty("google").GetProperty("thought_signature").GetString()!,
            "skip_thought_signature_validator",
            StringComparison.Ordinal))))).Status.Should().Be(200, "the vendor allows it for calls of other models");
        (await wire.AskAsync(Body(Step("foreign") + ",{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}")))
            .Status.Should().Be(200, "only the steps since the user's last message are looked at");
        (await wire.AskAsync(Body(Step("foreign")))).Status.Should().Be(400);
    }

    [Theory]
    [InlineData(OpenAiDialect.DeepSeek, ",\"reasoning_content\":\"\"")]
    [InlineData(OpenAiDialect.Moonshot, ",\"reasoning_content\":\"Hm\"")]
    [InlineData(OpenAiDialect.OpenRouter, ",\"reasoning_details\":[]")]
    public async Task A_server_whose_model_has_thought_wants_it_back_with_the_calls(OpenAiDialect dialect, string field)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.Reply = new FakeReply("") { ToolCalls = [new("look")], Reasoning = "Hm" };
        var id = Message(await wire.WholeAsync()).GetProperty("tool_calls")[0].GetProperty("id").GetString()!;

        (await wire.AskAsync(Body(Step(id)))).Status.Should().Be(400);
        (await wire.AskAsync(Body(Step(id, field)))).Status.Should().Be(200);
    }

    [Theory]
    [InlineData(OpenAiDialect.Moonshot, "choices.0.usage", false)]
    [InlineData(OpenAiDialect.Groq, "x_groq.usage", false)]
    [InlineData(OpenAiDialect.Mistral, "usage", false)]
    [InlineData(OpenAiDialect.DeepSeek, "usage", false)]
    [InlineData(OpenAiDialect.XAi, "usage", false)]
    [InlineData(OpenAiDialect.Qwen, "usage", true)]
    [InlineData(OpenAiDialect.SgLang, "usage", true)]
    public async Task Usage_stands_where_the_vendor_puts_it(OpenAiDialect dialect, string path, bool onlyAsked)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.Reply = new FakeReply("a") { PromptTokens = 7, CompletionTokens = 2 };

        var unasked = (await wire.StreamAsync()).Where(c => At(c, path) is not null).ToList();

        unasked.Should().HaveCount(onlyAsked ? 0 : 1);
        var asked = onlyAsked ? (await wire.StreamAsync(options: UsageAsked)).Last(c => At(c, path) is not null) : unasked[0];
        At(asked, path)!.Value.GetProperty("prompt_tokens").GetInt32().Should().Be(7);
    }

    [Fact]
    public async Task Details_of_usage_are_the_vendor_s()
    {
        var reply = new FakeReply("a") { PromptTokens = 10, CompletionTokens = 8, CachedTokens = 4, ReasoningTokens = 5 };
        await using var deepSeek = new DialectWire(OpenAiDialect.DeepSeek);
        await using var xAi = new DialectWire(OpenAiDialect.XAi);
        (deepSeek.Server.Reply, xAi.Server.Reply) = (reply, reply);

        var cached = (await deepSeek.WholeAsync()).GetProperty("usage");
        var apart = (await xAi.WholeAsync()).GetProperty("usage");

        cached.GetProperty("prompt_cache_hit_tokens").GetInt32().Should().Be(4);
        cached.GetProperty("prompt_cache_miss_tokens").GetInt32().Should().Be(6);
        apart.GetProperty("completion_tokens").GetInt32().Should().Be(3);
        apart.GetProperty("total_tokens").GetInt32().Should().Be(18);
    }

    [Fact]
    public async Task Ends_and_extras_are_the_vendor_s()
    {
        await using var together = new DialectWire(OpenAiDialect.Together);
        await using var sgLang = new DialectWire(OpenAiDialect.SgLang);
        await using var llama = new DialectWire(OpenAiDialect.LlamaCpp);
        await using var openRouter = new DialectWire(OpenAiDialect.OpenRouter);

        (await together.StreamAsync()).Select(Finish).OfType<string>().Should().Equal("eos");
        (await sgLang.StreamAsync())[^1].GetProperty("choices")[0].GetProperty("matched_stop").GetString().Should().Be("<|im_end|>");
        (await llama.StreamAsync())[^1].TryGetProperty("timings", out _).Should().BeTrue();
        (await openRouter.AskAsync(Body(options: "\"stream\":true"))).Text.Should().StartWith(": OPENROUTER PROCESSING\n\ndata: {");
    }

    private static JsonElement Message(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message");

    private static string? Delta(JsonElement chunk, string field) => At(chunk, $"choices.0.delta.{field}")?.GetString();

    private static string? Finish(JsonElement chunk) => At(chunk, "choices.0.finish_reason")?.GetString();

    private static List<JsonElement> Calls(JsonElement chunk) =>
        At(chunk, "choices.0.delta.tool_calls") is { } calls ? [.. calls.EnumerateArray()] : [];

    private static JsonElement? At(JsonElement element, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (part == "0")
            {
                if (element.GetArrayLength() == 0)
                    return null;
                element = element[0];
            }
            else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.Null ? null : element;
    }
}
