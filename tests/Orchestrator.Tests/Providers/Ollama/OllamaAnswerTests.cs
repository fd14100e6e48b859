using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>What good answers become, streamed and whole.</summary>
public class OllamaAnswerTests
{
    private const string Mixed = "Ёлки растут 🌲 на холме, и 松 тоже.";

    [Theory]
    [BothModes]
    public async Task Text_usage_model_and_finish_reason_arrive(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply(Mixed) { PromptTokens = 17, CompletionTokens = 9, CachedTokens = 4 };
        var answer = await test.AskAsync(streamed);
        answer.Text.Should().Be(Mixed);
        (answer.FinishReason, answer.ModelId).Should().Be((ChatFinishReason.Stop, "pine"));
        (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.CachedInputTokenCount).Should().Be((17, 9, 4));
    }

    [Theory]
    [InlineData(true, "length", "length")]
    [InlineData(false, "length", "length")]
    [InlineData(true, "stop", "stop")]
    [InlineData(true, "unload", "unload")]
    [InlineData(false, "unload", "unload")]
    public async Task The_reason_of_the_end_is_reported(bool streamed, string said, string reason)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply("so far") { FinishReason = said };
        (await test.AskAsync(streamed)).FinishReason.Should().Be(new ChatFinishReason(reason));
    }

    [Theory]
    [BothModes]
    public async Task Thoughts_are_kept_apart_from_the_text(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply("Five.") { Reasoning = "two and three make five" };
        var answer = await test.AskAsync(streamed);
        answer.Text.Should().Be("Five.");
        string.Concat(answer.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>().Select(c => c.Text))
            .Should().Be("two and three make five");
    }

    [Theory]
    [BothModes]
    public async Task Tool_calls_have_arguments_as_an_object_and_finish_the_answer_as_tool_calls(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply("")
        {
            ToolCalls = [new("measure", """{"tree":"ель","height":12.5,"tags":["a"]}""", "c-1"), new("plant", "{}", "c-2")]
        };
        var answer = await test.AskAsync(streamed);
        answer.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        var calls = answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().ToList();
        calls.Select(c => (c.CallId, c.Name)).Should().Equal(("c-1", "measure"), ("c-2", "plant"));
        calls[0].Arguments!["tree"]!.ToString().Should().Be("ель");
        ((JsonElement)calls[0].Arguments!["height"]!).GetDouble().Should().Be(12.5);
        calls[1].Arguments.Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task Calls_without_an_id_get_one_each(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Stream("""{"message":{"tool_calls":[{"function":{"name":"a","arguments":{"x":1}}},{"id":"","function":"""
            + """{"name":"b","arguments":"{\"y\":2}"}},{"id":null,"function":{"name":"c"}}]},"done":true,"done_reason":"stop"}"""));
        var calls = (await test.AskAsync(streamed)).Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().ToList();
        calls.Select(c => c.Name).Should().Equal("a", "b", "c");
        calls.Select(c => c.CallId).Should().OnlyHaveUniqueItems().And.NotContain("");
        calls[1].Arguments!["y"]!.ToString().Should().Be("2");
    }

    [Theory]
    [BothModes]
    public async Task A_prompt_count_that_is_missing_is_unknown_and_not_zero(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply("cached") { CompletionTokens = 3, Usage = UsageForm.WithoutPrompt };
        var usage = (await test.AskAsync(streamed)).Usage!;
        (usage.InputTokenCount, usage.OutputTokenCount).Should().Be((null, 3));
    }

    [Theory]
    [BothModes]
    public async Task The_router_estimates_the_prompt_when_its_count_is_missing(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply("cached") { CompletionTokens = 3, Usage = UsageForm.WithoutPrompt };
        await using var router = ChatSurface.InOrder(null, test.Provider);
        var (text, route) = await router.RunAsync(streamed, "how tall is the tree over there?");
        text.Should().Be("cached");
        var usage = route.Attempts[^1].Usage;
        usage.PromptTokens.Should().BePositive();
        usage.CompletionTokens.Should().Be(3);
        usage.Source.Should().NotBe(UsageSource.Provider);
    }

    [Theory]
    [BothModes]
    public async Task No_counts_at_all_are_no_usage(bool streamed)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply("uncounted") { Usage = UsageForm.Omitted };
        (await test.AskAsync(streamed)).Usage.Should().BeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(4096)]
    public async Task Any_split_of_the_bytes_gives_the_same_text(int size)
    {
        await using var test = new OllamaCase();
        test.Server.Reply = new FakeReply(Mixed) { Reasoning = "думаю 🤔", PromptTokens = 7, CompletionTokens = 8 };
        foreach (var (streamed, fault) in new[]
        {
            (true, Fault.Split(size)), (false, Fault.Split(size)), (true, Fault.Chunks(size)), (false, Fault.Chunks(size))
        })
        {
            test.Server.Enqueue(fault);
            var answer = await test.AskAsync(streamed);
            answer.Text.Should().Be(Mixed);
            (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount).Should().Be((7, 8));
            string.Concat(answer.Messages.SelectMany(m => m.Contents).OfType<TextReasoningContent>().Select(c => c.Text))
                .Should().Be("думаю 🤔");
        }
    }

    [Fact]
    public async Task Every_place_to_cut_the_bytes_in_two_gives_the_same_text()
    {
        var body = OllamaCase.Lines(OllamaCase.Piece("Ёж"), OllamaCase.Piece(" 🦔 \\ud83c\\udf32"), OllamaCase.Done);
        await using var server = new FaultServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                var at = int.Parse(request.Header("x-cut")!, System.Globalization.CultureInfo.InvariantCulture);
                var head = Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: {body.Length}\r\n\r\n");
                await connection.WriteCutAtAsync(new byte[][] { head, body }.SelectMany(b => b).ToArray(), head.Length, head.Length + at);
            }
        });
        var cut = 0;
        using var client = new HttpClient(new Tagging(() => cut)) { Timeout = Timeout.InfiniteTimeSpan };
        using var provider = new Orchestrator.Providers.OllamaProvider("local", new() { Model = "pine", BaseUrl = server.Address }, client);
        for (; cut < body.Length; cut++)
            (await provider.ReadAsync(OllamaCase.Request(streamed: true))).ToChatResponse().Text.Should().Be("Ёж 🦔 🌲");
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n\n \n")]
    [InlineData("\r")]
    public async Task Other_line_ends_blank_lines_and_a_missing_last_one_are_no_matter(string end)
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Stream(OllamaCase.Piece("one") + end + OllamaCase.Piece(" two") + end + OllamaCase.Done));
        (await test.AskAsync(streamed: true)).Text.Should().Be("one two");
    }

    [Fact]
    public async Task A_byte_order_mark_is_skipped()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(Fault.Stream("\uFEFF" + OllamaCase.Piece("marked") + "\n" + OllamaCase.Done + "\n"));
        (await test.AskAsync(streamed: true)).Text.Should().Be("marked");
    }

    [Theory]
    [InlineData(BodyCoding.Gzip)]
    [InlineData(BodyCoding.Brotli)]
    [InlineData(BodyCoding.Deflate)]
    public async Task Compressed_answers_are_read(BodyCoding coding)
    {
        await using var test = new OllamaCase();
        foreach (var streamed in new[] { true, false })
        {
            test.Server.Enqueue(new FakeReply(Mixed), Fault.Compressed(coding));
            (await test.AskAsync(streamed)).Text.Should().Be(Mixed);
        }
    }

    [Fact]
    public async Task What_follows_the_done_line_is_not_read()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("once"), Fault.SentTwice());
        (await test.AskAsync(streamed: true)).Text.Should().Be("once");
    }

    [Fact]
    public async Task A_server_that_holds_the_connection_open_after_the_done_line_does_not_hold_the_answer()
    {
        await using var test = new OllamaCase();
        test.Server.Enqueue(new FakeReply("done"), Fault.Stall(2));
        (await test.AskAsync(streamed: true)).Text.Should().Be("done");
    }

    private sealed class Tagging(Func<int> cut) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("x-cut", cut().ToString(System.Globalization.CultureInfo.InvariantCulture));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
