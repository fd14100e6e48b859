using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>A prompt is all that is sent: what stands in the options counts, and costs, like what stands in the messages.</summary>
public sealed class SentPromptTests : IDisposable
{
    private static readonly string Long = SampleTexts.Repeat(SampleTexts.English, 40_000);
    private readonly Logs _logs = new();

    public void Dispose() => _logs.Dispose();

    public static TheoryData<bool, string, string> Parts()
    {
        var data = new TheoryData<bool, string, string>();
        foreach (var streamed in new[] { true, false })
        {
            foreach (var vendor in new[] { "acme", "openai", "gigachat", "yandexgpt", "ollama" })
            {
                foreach (var part in new[] { "instructions", "name of a tool", "description of a tool", "schema of a tool", "hosted tool",
                    "schema of the answer", "its description", "call", "result" })
                    data.Add(streamed, vendor, part);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task Every_part_of_a_request_counts_and_costs(bool streamed, string vendor, string part)
    {
        var info = new ProviderInfo("a", vendor, "m");
        var (plain, _) = await AskAsync(streamed, info, new ChatOptions(), Hello);
        var (options, messages) = RequestWith(part);
        var (more, cost) = await AskAsync(streamed, info, options, messages);
        var expected = new TokenCounter().Count([new ChatMessage(ChatRole.User, Long)], info);
        (more.PromptTokens - plain.PromptTokens).Should().BeCloseTo(expected, (uint)(expected / 10));
        cost.Should().Be(more.PromptTokens + more.CompletionTokens);
        _logs.Named("llm_token_count_failed").Should().BeEmpty();
    }

    [Theory]
    [InlineData("ollama", true)]
    [InlineData("openai", false)]
    [InlineData("gigachat", false)]
    [InlineData("yandexgpt", false)]
    public void Thoughts_of_earlier_answers_count_where_they_are_sent(string vendor, bool sent)
    {
        var info = new ProviderInfo("a", vendor, "m");
        var counter = new TokenCounter();
        var said = counter.Count([new ChatMessage(ChatRole.Assistant, [new TextContent("Well.")])], info);
        var thought = counter.Count(
            [new ChatMessage(ChatRole.Assistant, [new TextReasoningContent(Long), new TextContent("Well.")])], info);
        (thought > said + 1000).Should().Be(sent);
        if (!sent)
            thought.Should().Be(said);
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("gigachat", true)]
    [InlineData("yandexgpt", true)]
    [InlineData("ollama", false)]
    public async Task Tools_that_may_not_be_called_count_where_they_are_sent(string vendor, bool sent)
    {
        var (options, _) = RequestWith("description of a tool");
        options.ToolMode = ChatToolMode.None;
        var (usage, _) = await AskAsync(streamed: false, new ProviderInfo("a", vendor, "m"), options, Hello);
        (usage.PromptTokens > 1000).Should().Be(sent);
    }

    [Theory]
    [BothModes]
    public async Task Tools_that_cannot_be_read_cost_their_tokens_and_not_the_count(bool streamed)
    {
        var document = JsonDocument.Parse("{\"type\":\"object\"}");
        var disposed = document.RootElement;
        document.Dispose();
        var options = new ChatOptions
        {
            Tools = [new Odd("no_schema", () => default), new Odd("gone", () => disposed),
                new Odd("broken", () => throw new InvalidOperationException("a schema failed on purpose")), null!],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(disposed),
            Instructions = Long,
        };
        var info = new ProviderInfo("a", "acme", "m");
        var (usage, _) = await AskAsync(streamed, info, options, Hello);
        usage.PromptTokens.Should().BeGreaterThan(new TokenCounter().Count(Long));
        _logs.Named("llm_token_count_failed").Should().BeEmpty();
    }

    [Fact]
    public void A_schema_counts_as_it_is_sent_without_line_breaks_and_escapes()
    {
        const string Compact = """{"type":"object","properties":{"город":{"type":"string","description":"the \"city\" \\ /"}}}""";
        const string Wide = """
            {
                "type" : "object",
                "properties" : { "\u0433\u043e\u0440\u043e\u0434" : { "type" : "string", "description" : "the \u0022city\u0022 \\ \/" } }
            }
            """;
        Count(Wide).Should().BeCloseTo(Count(Compact), 4);
        Count(Compact).Should().Be(Count("{}") - Tokens("{}") + Tokens(Compact));

        static int Count(string schema)
        {
            using var document = JsonDocument.Parse(schema);
            var request = new LlmRequest("hello") { Options = new() { Tools = [new Odd("f", () => document.RootElement)] } };
            return new TokenCounter().Count(request, new ProviderInfo("a", "openai", "gpt-4o"));
        }

        static int Tokens(string text) => new TokenCounter().Count(text, "gpt-4o");
    }

    [Fact]
    public async Task A_prompt_with_tools_is_an_estimate_whatever_the_tokenizer()
    {
        var info = new ProviderInfo("a", "openai", "gpt-4o");
        var (plain, _) = await AskAsync(streamed: false, info, new ChatOptions { Instructions = "Be brief." }, Hello);
        var (tools, _) = await AskAsync(streamed: false, info, new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "f")] }, Hello);
        (plain.Source, tools.Source).Should().Be((UsageSource.Tokenizer, UsageSource.Estimate));
        plain.PromptTokens.Should().Be(new TokenCounter().Count([new(ChatRole.System, "Be brief."), .. Hello], info));
    }

    private static (ChatOptions Options, ChatMessage[] Messages) RequestWith(string part)
    {
        using var schema = JsonDocument.Parse(JsonSerializer.Serialize(new { type = "object", description = Long }));
        var json = schema.RootElement.Clone();
        var call = new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["text"] = Long });
        return part switch
        {
            "instructions" => (new() { Instructions = Long }, Hello),
            "name of a tool" => (new() { Tools = [new Odd(Long, () => default)] }, Hello),
            "description of a tool" => (new() { Tools = [AIFunctionFactory.Create(() => 1, "f", Long)] }, Hello),
            "schema of a tool" => (new() { Tools = [new Odd("f", () => json)] }, Hello),
            "hosted tool" => (new() { Tools = [new Hosted()] }, Hello),
            "schema of the answer" => (new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(json) }, Hello),
            "its description" => (new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(default, "n", Long) }, Hello),
            "call" => (new(), [.. Hello, new(ChatRole.Assistant, [call])]),
            _ => (new(), [.. Hello, new(ChatRole.Tool, [new FunctionResultContent("1", new { text = Long })])]),
        };
    }

    private async Task<(TokenUsage Usage, decimal? Cost)> AskAsync(
        bool streamed, ProviderInfo info, ChatOptions options, ChatMessage[] messages)
    {
        var attempts = new AttemptLog();
        await using var router = new Router(new RouterOptions { Observers = { attempts } }, _logs);
        var provider = new FakeProvider("a", (_, _) => Some.Updates(Some.Word("ok"), Some.Finish())) { Info = info };
        router.AddProvider(provider, new ProviderOptions { Price = new ModelPrice(1000, 1000) });
        (await router.AskAsync(streamed, options, messages)).Should().Be("ok");
        var attempt = attempts.Attempts.Should().ContainSingle().Subject;
        return (attempt.Usage, attempt.Cost);
    }

    private sealed class Odd(string name, Func<JsonElement> schema) : AIFunctionDeclaration
    {
        public override string Name => name;

        public override JsonElement JsonSchema => schema();
    }

    private sealed class Hosted : AITool
    {
        public override string Description => Long;
    }
}
